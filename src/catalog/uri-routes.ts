// Which server a resource URI belongs to on the surface of all servers, from what each principal was shown. URIs stay as they are; where two
// servers claim one URI, neither gets it: each is reached under `sallyport://<server>/<percent-encoded URI>` instead.
// What one principal saw never routes another's calls, and a link in a result never outranks a list.
import { Lru } from '../lib/lru.ts';
import { compileTemplate, MAX_URI_CHARS, type UriTemplate } from './uri-template.ts';

export const GATEWAY_SCHEME = 'sallyport://';

/** Principals remembered; the one unused for longest is forgotten. */
export const MAX_OWNERS = 10_000;
/** URIs from lists remembered per principal. */
export const MAX_LISTED_URIS = 50_000;
/** URIs from links remembered per principal; the ones unused for longest are forgotten. */
export const MAX_LINKED_URIS = 5_000;
/** Templates remembered per principal. */
export const MAX_TEMPLATES = 1_000;

export type UriSource = 'uri' | 'template' | 'link';

export type UriRoute =
  | { type: 'server'; server: string; uri: string }
  /** Several servers claim it. */
  | { type: 'collision'; servers: string[] };

export class UriRoutes {
  readonly #owners: Lru<string, OwnerRoutes>;

  constructor(maxOwners = MAX_OWNERS) {
    this.#owners = new Lru(maxOwners);
  }

  /** Notes that this principal was shown a URI (listed or linked) or a URI template of this server. */
  learn(owner: string, server: string, source: UriSource, text: string): void {
    if (text.length > MAX_URI_CHARS || text.startsWith(GATEWAY_SCHEME)) return;
    let routes = this.#owners.get(owner);
    if (!routes) {
      routes = new OwnerRoutes();
      this.#owners.set(owner, routes);
    }
    if (source === 'uri') routes.list(server, text);
    else if (source === 'template') routes.addTemplate(server, text);
    else routes.link(server, text);
  }

  /** Forgets what a server listed for this principal, before its list is learnt anew. Links stay. */
  forget(owner: string, server: string, source: 'uri' | 'template'): void {
    this.#owners.get(owner)?.forget(server, source);
  }

  resolve(owner: string, uri: string): UriRoute | undefined {
    const own = parseGatewayUri(uri);
    if (own) return { type: 'server', ...own };
    if (uri.length > MAX_URI_CHARS) return undefined;
    const servers = this.#owners.get(owner)?.claims(uri) ?? [];
    const [first] = servers;
    if (first === undefined) return undefined;
    return servers.length === 1 ? { type: 'server', server: first, uri } : { type: 'collision', servers };
  }

  /** The one server of a URI; undefined when there is none or more than one. For URIs that are not of the gateway's own scheme. */
  find(owner: string, uri: string): string | undefined {
    const route = uri.startsWith(GATEWAY_SCHEME) ? undefined : this.resolve(owner, uri);
    return route?.type === 'server' ? route.server : undefined;
  }

  /** The form in which a server's URI is shown to this principal. */
  exposed(owner: string, server: string, uri: string): string {
    const route = this.resolve(owner, uri);
    const isUnique = route === undefined || (route.type === 'server' && route.server === server && route.uri === uri);
    return isUnique ? uri : gatewayUri(server, uri);
  }
}

export function gatewayUri(server: string, uri: string): string {
  return `${GATEWAY_SCHEME}${server}/${encodeURIComponent(uri.toWellFormed())}`;
}

/** The caller decides whether the principal may use that server: anybody can write such a URI. */
export function parseGatewayUri(text: string): { server: string; uri: string } | undefined {
  if (!text.startsWith(GATEWAY_SCHEME)) return undefined;
  const at = text.indexOf('/', GATEWAY_SCHEME.length);
  if (at < 0) return undefined;
  try {
    const server = text.slice(GATEWAY_SCHEME.length, at);
    const uri = decodeURIComponent(text.slice(at + 1));
    return server === '' || uri === '' ? undefined : { server, uri };
  } catch {
    return undefined;
  }
}

class OwnerRoutes {
  readonly #listed = new Map<string, string[]>();
  readonly #linked = new Lru<string, string[]>(MAX_LINKED_URIS);
  readonly #templates = new Map<string, { server: string; template: UriTemplate }>();

  list(server: string, uri: string): void {
    const servers = this.#listed.get(uri);
    if (servers) {
      if (!servers.includes(server)) servers.push(server);
    } else if (this.#listed.size < MAX_LISTED_URIS) this.#listed.set(uri, [server]);
  }

  link(server: string, uri: string): void {
    const servers = this.#linked.get(uri);
    if (!servers) this.#linked.set(uri, [server]);
    else if (!servers.includes(server)) servers.push(server);
  }

  addTemplate(server: string, source: string): void {
    const key = `${server}\n${source}`;
    if (this.#templates.has(key) || this.#templates.size >= MAX_TEMPLATES) return;
    const template = compileTemplate(source);
    if (template) this.#templates.set(key, { server, template });
  }

  forget(server: string, source: 'uri' | 'template'): void {
    if (source === 'template') {
      for (const [key, entry] of this.#templates) if (entry.server === server) this.#templates.delete(key);
      return;
    }
    for (const [uri, servers] of this.#listed) {
      const rest = servers.filter((name) => name !== server);
      if (rest.length === 0) this.#listed.delete(uri);
      else if (rest.length < servers.length) this.#listed.set(uri, rest);
    }
  }

  /** Servers that list the URI or have a template for it; without any, those that linked to it. */
  claims(uri: string): string[] {
    const servers = new Set(this.#listed.get(uri));
    for (const { server, template } of this.#templates.values()) if (!servers.has(server) && template.matches(uri)) servers.add(server);
    if (servers.size === 0) for (const server of this.#linked.get(uri) ?? []) servers.add(server);
    return [...servers].sort();
  }
}
