// Which URLs the gateway may talk to. These checks are for servers that an operator registered: private addresses are allowed on purpose.
// Never weaken them for a URL that a server or an agent named.

/** Characters of a server URL. */
export const MAX_URL_LENGTH = 4096;

/** http or https, no user name or password in the URL, bounded. `problem` is for the operator and does not quote the URL (it may carry a secret). */
export function checkServerUrl(text: string): { url: URL; problem?: undefined } | { url?: undefined; problem: string } {
  if (text.length > MAX_URL_LENGTH) return { problem: `the url is longer than ${MAX_URL_LENGTH} characters` };
  const url = URL.parse(text);
  if (url === null) return { problem: 'the url cannot be read; write it like https://host.example/mcp' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return { problem: `the url uses ${url.protocol} but must use http: or https:` };
  if (url.username !== '' || url.password !== '') {
    return { problem: 'the url carries a user name or password; put the credential into a header that refers to a secret' };
  }
  return { url };
}
