// DLP for tests: an object of kind dlp, and the inspector on the vault of a harness.
import { createDlpScanner, type DlpScanner } from '../../src/detect/dlp/scanner.ts';
import { TokenBook } from '../../src/detect/dlp/token.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { dlpSpec } from '../../src/object/kind/dlp.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { Inspector } from '../../src/pipeline/flight.ts';
import { dlpInspector } from '../../src/pipeline/inspect-dlp.ts';
import { openText, sealText } from '../../src/vault/token-seal.ts';
import type { Vault } from '../../src/vault/vault.ts';

export function dlpObject(name: string, spec: object): StoredObject<'dlp'> {
  return { kind: 'dlp', metadata: { name }, spec: dlpSpec.parse(spec) };
}

/** The product's inspector; `vault` is asked for only when a call comes, so that it can be made before the harness. */
export function dlpFor(vault: () => Vault, options: { clock?: Clock; scanner?: DlpScanner } = {}): Inspector {
  return dlpInspector({
    scanner: options.scanner ?? createDlpScanner(),
    tokens: new TokenBook(options.clock ?? systemClock),
    seal: {
      sealText: (org, purpose, text) => sealText(vault(), org, purpose, text),
      openText: (org, purpose, text) => openText(vault(), org, purpose, text),
      mac: (org, purpose, text) => vault().mac(org, purpose, text),
    },
  });
}
