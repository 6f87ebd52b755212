// The one script there is on a page for people: it asks the browser for a passkey and puts the answer into the page's own form.
// Loads nothing, sends nothing by itself, writes text only. The policy of a page with it allows this text by its hash, and no other.

/** `data-passkey` of the form says what is asked; hidden fields of the form take the parts of the answer. */
export const PASSKEY_SCRIPT = `'use strict';
(() => {
  const form = document.querySelector('form[data-passkey]');
  const note = document.getElementById('passkey-note');
  const asked = JSON.parse(form.dataset.passkey);
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
  const put = (name, buffer) => {
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    form.elements.namedItem(name).value = text.replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  };
  const known = asked.credentials.map((id) => ({ type: 'public-key', id: bytes(id) }));
  const assert = async () => {
    const made = await navigator.credentials.get({ publicKey: {
      challenge: bytes(asked.challenge), rpId: asked.rpId, allowCredentials: known, userVerification: 'required', timeout: 300000,
    } });
    put('credential', made.rawId);
    put('authenticatorData', made.response.authenticatorData);
    put('clientData', made.response.clientDataJSON);
    put('signature', made.response.signature);
  };
  const register = async () => {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(asked.challenge), rp: { id: asked.rpId, name: 'Sallyport' },
      user: { id: bytes(asked.userId), name: asked.user, displayName: asked.user },
      pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })), excludeCredentials: known,
      authenticatorSelection: { userVerification: 'required' }, attestation: 'none', timeout: 300000,
    } });
    put('authenticatorData', made.response.getAuthenticatorData());
    put('clientData', made.response.clientDataJSON);
  };
  let isAnswered = false;
  form.addEventListener('submit', (event) => {
    if (isAnswered || event.submitter?.value !== asked.button) return;
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    (asked.algorithms ? register() : assert()).then(
      () => { isAnswered = true; button.disabled = false; form.requestSubmit(button); },
      (error) => { button.disabled = false; note.textContent = 'The passkey was not used: ' + error.message; note.hidden = false; },
    );
  });
})();`;
