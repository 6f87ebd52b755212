// RFC 3161 time stamps of checkpoints: the query, what an authority answers, and whether a stamp is one of a certified authority for this text.
// Pure: certificates that are trusted come from the caller, never from the stamp itself.
import { constants, hash, verify, X509Certificate } from 'node:crypto';
import { sha256Bytes } from '../lib/digest.ts';
import { keyIdOf } from './checkpoint.ts';
import { type Der, hexOf, NONE, oidBytes, part, readAll, tag, write, writeInteger } from './der.ts';

export interface TimeStamp {
  /** When the authority says that it saw the text, milliseconds since 1970. */
  timeMs: number;
  /** Subject of the authority's certificate, one line. */
  authority: string;
}

export type StampVerdict = { stamp: TimeStamp; problem?: undefined } | { stamp?: undefined; problem: string };

/** Longest stamp that is looked at, bytes: it must fit into a note. */
export const MAX_STAMP_BYTES = 10 * 1024;
export const NONCE_BYTES = 16;
/** Certificates between a stamp and one that is trusted. */
const MAX_CHAIN = 5;

const OID = {
  signedData: '2a864886f70d010702',
  tstInfo: '2a864886f70d0109100104',
  contentType: '2a864886f70d010903',
  messageDigest: '2a864886f70d010904',
  signingCertificate: '2a864886f70d010910020c',
  signingCertificate2: '2a864886f70d010910022f',
  sha256: '608648016503040201',
  extendedKeyUsage: '551d25',
  timeStamping: '2b06010505070308',
} as const;
const DIGESTS: Readonly<Record<string, string>> = {
  [OID.sha256]: 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
};
/** Signature algorithms; empty: that of the digest. */
const SIGNATURES: Readonly<Record<string, string>> = {
  '2a864886f70d010101': '',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/** A query (RFC 3161 §2.4.1) about the SHA-256 of a text, with certificates wanted. `policy`: in dotted decimals. */
export function timeStampQuery(text: string, nonce: Uint8Array, policy?: string): Buffer {
  const algorithm = write(tag.sequence, write(tag.oid, Buffer.from(OID.sha256, 'hex')), write(0x05));
  const imprint = write(tag.sequence, algorithm, write(tag.octets, sha256Bytes(text)));
  const policyId = policy === undefined ? undefined : oidBytes(policy);
  const wanted = policyId ? [write(tag.oid, policyId)] : [];
  return write(
    tag.sequence,
    writeInteger(Buffer.from([1])),
    imprint,
    ...wanted,
    writeInteger(nonce),
    write(tag.boolean, Buffer.from([0xff])),
  );
}

/** The token of an answer (§2.4.2), or why there is none. */
export function readTimeStampAnswer(
  bytes: Uint8Array,
): { token: Uint8Array; problem?: undefined } | { token?: undefined; problem: string } {
  const [answer = NONE, ...more] = readAll(bytes);
  const [info = NONE, token = NONE] = readAll(answer.body);
  if (answer.tag !== tag.sequence || more.length > 0 || info.tag !== tag.sequence)
    return { problem: 'the answer is no time-stamp response' };
  const status = part(info, 0);
  if (status.tag !== tag.integer || (hexOf(status) !== '00' && hexOf(status) !== '01'))
    return { problem: `the authority refused with status ${hexOf(status) || 'none'}` };
  if (token.tag !== tag.sequence) return { problem: 'the answer holds no time stamp' };
  return token.whole.length > MAX_STAMP_BYTES
    ? { problem: `the time stamp is larger than ${MAX_STAMP_BYTES} bytes` }
    : { token: token.whole };
}

export interface StampExpectation {
  /** What was stamped. */
  text: string;
  /** Certificates of authorities that are trusted, or of who certifies them. */
  trusted: readonly X509Certificate[];
  /** Of the query, when it is known. */
  nonce?: Uint8Array | undefined;
  policy?: string | undefined;
}

/** Is this token (RFC 3161 §2.4.2, RFC 5652 §5) a stamp of this text by an authority that leads to a trusted certificate? */
export function checkTimeStamp(token: Uint8Array, expected: StampExpectation): StampVerdict {
  const [content = NONE, ...more] = token.length > MAX_STAMP_BYTES ? [] : readAll(token);
  const signed = part(part(content, 1), 0);
  if (more.length > 0 || hexOf(part(content, 0)) !== OID.signedData) return { problem: 'it is no signed time stamp' };
  const parts = readAll(signed.body);
  const encapsulated = parts[2] ?? NONE;
  const info = part(part(encapsulated, 1), 0);
  if (hexOf(part(encapsulated, 0)) !== OID.tstInfo || info.tag !== tag.octets) return { problem: 'what is signed is no time stamp' };
  const facts = readAll(info.body)[0] ?? NONE;
  const wrong = wrongFacts(facts, expected);
  if (wrong !== undefined) return { problem: wrong };
  const timeMs = timeOf(facts);
  if (timeMs === undefined) return { problem: 'it has no time' };
  const certificates = certificatesIn(parts.find((one) => one.tag === tag.context0) ?? NONE);
  const signers = parts.at(-1) ?? NONE;
  if (signers.tag !== tag.set || readAll(signers.body).length !== 1) return { problem: 'it has not exactly one signer' };
  const signer = signerOf(part(signers, 0), info.body, [...certificates, ...expected.trusted]);
  if (typeof signer === 'string') return { problem: signer };
  if (!isAuthority(signer)) return { problem: 'its certificate is not one for time stamping alone' };
  if (!leadsTo(signer, [...certificates, ...expected.trusted], expected.trusted, timeMs))
    return { problem: `its certificate (${oneLine(signer.subject)}) does not lead to one that is trusted` };
  return { stamp: { timeMs, authority: oneLine(signer.subject) } };
}

/** TSTInfo: version, policy, messageImprint, serialNumber, genTime, then what is optional. */
function wrongFacts(facts: Der, { text, nonce, policy }: StampExpectation): string | undefined {
  const [version = NONE, policyId = NONE, imprint = NONE, , , ...rest] = readAll(facts.body);
  if (hexOf(version) !== '01' || policyId.tag !== tag.oid) return 'it is no time stamp of version 1';
  if (hexOf(part(part(imprint, 0), 0)) !== OID.sha256) return 'it is not over a SHA-256';
  if (hexOf(part(imprint, 1)) !== sha256Bytes(text).toString('hex')) return 'it is a stamp of something else';
  const wanted = policy === undefined ? undefined : oidBytes(policy)?.toString('hex');
  if (wanted !== undefined && hexOf(policyId) !== wanted) return 'it was made under another policy';
  if (!nonce) return undefined;
  const given = rest.find((one) => one.tag === tag.integer);
  return given && Buffer.compare(given.whole, writeInteger(nonce)) === 0
    ? undefined
    : 'it answers another query: its nonce is not the one sent';
}

/** GeneralizedTime as RFC 3161 §2.4.2 has it. */
function timeOf(facts: Der): number | undefined {
  const time = readAll(facts.body)[4] ?? NONE;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/.exec(Buffer.from(time.body).toString('latin1'));
  if (time.tag !== tag.time || !match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '0'] = match;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return Number.isFinite(timeMs) ? timeMs : undefined;
}

/** The certificate that signed, or what is wrong with the signature. */
function signerOf(info: Der, signedBytes: Uint8Array, certificates: readonly X509Certificate[]): X509Certificate | string {
  const [, , digestAlgorithm = NONE, attributes = NONE, signatureAlgorithm = NONE, signature = NONE] = readAll(info.body);
  const digest = DIGESTS[hexOf(part(digestAlgorithm, 0))];
  if (digest === undefined || attributes.tag !== tag.context0 || signature.tag !== tag.octets)
    return 'it is signed in a way that is not read here';
  const attribute = (oid: string): Der => part(part(readAll(attributes.body).find((one) => hexOf(part(one, 0)) === oid) ?? NONE, 1), 0);
  if (hexOf(attribute(OID.contentType)) !== OID.tstInfo) return 'its signature is not about a time stamp';
  if (hexOf(attribute(OID.messageDigest)) !== hash(digest, signedBytes, 'hex')) return 'its content is not what was signed';
  const certificate = certificates.find((one) => isNamed(one, attribute(OID.signingCertificate2), attribute(OID.signingCertificate)));
  if (!certificate) return 'the certificate that it names is not there';
  const named = SIGNATURES[hexOf(part(signatureAlgorithm, 0))];
  if (named === undefined) return 'it is signed in a way that is not read here';
  const text = Buffer.concat([Buffer.from([tag.set]), attributes.whole.subarray(1)]);
  const key = { key: certificate.publicKey, padding: constants.RSA_PKCS1_PADDING };
  return isGood(() => verify(named || digest, text, key, signature.body)) ? certificate : 'its signature is bad';
}

/** RFC 5816 §2.2.1: the certificate is named by its hash (SHA-1 in the older form). */
function isNamed({ raw }: X509Certificate, second: Der, first: Der): boolean {
  const fields = readAll(part(part(second, 0), 0).body);
  const algorithm = fields[0]?.tag === tag.sequence ? DIGESTS[hexOf(part(fields[0], 0))] : 'sha256';
  const named = fields.find((one) => one.tag === tag.octets);
  if (named) return algorithm !== undefined && hexOf(named) === hash(algorithm, raw, 'hex');
  const older = part(part(part(first, 0), 0), 0);
  return older.tag === tag.octets && hexOf(older) === hash('sha1', raw, 'hex');
}

/** RFC 3161 §2.3: its extended key usage is time stamping, nothing else, and critical. */
function isAuthority({ raw }: X509Certificate): boolean {
  const body = part(readAll(raw)[0] ?? NONE, 0);
  const extensions = part(readAll(body.body).find((one) => one.tag === tag.context3) ?? NONE, 0);
  const usage = readAll(extensions.body).find((one) => hexOf(part(one, 0)) === OID.extendedKeyUsage);
  if (!usage) return false;
  const [, critical = NONE, value = NONE] = readAll(usage.body);
  const purposes = readAll((readAll(value.body)[0] ?? NONE).body);
  return (
    critical.tag === tag.boolean && hexOf(critical) === 'ff' && purposes.length === 1 && hexOf(purposes[0] ?? NONE) === OID.timeStamping
  );
}

/** Valid at that time, and itself trusted or issued by one that leads there. */
function leadsTo(
  certificate: X509Certificate,
  others: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  timeMs: number,
  depth = 0,
): boolean {
  if (depth > MAX_CHAIN || timeMs < certificate.validFromDate.getTime() || timeMs > certificate.validToDate.getTime()) return false;
  if (trusted.some(({ raw }) => Buffer.compare(raw, certificate.raw) === 0)) return true;
  return others.some((issuer) => isIssuer(issuer, certificate) && leadsTo(issuer, others, trusted, timeMs, depth + 1));
}

function isIssuer(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return issuer.ca && isGood(() => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
}

function certificatesIn(set: Der): X509Certificate[] {
  return readAll(set.body).flatMap(({ whole }) => {
    try {
      return [new X509Certificate(whole)];
    } catch {
      return [];
    }
  });
}

/** Keys and signatures that OpenSSL cannot read are bad ones. */
function isGood(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

function oneLine(subject: string): string {
  return subject.replaceAll('\n', ', ');
}

/** Certificates of a PEM text; undefined when there is none, or one that cannot be read. */
export function readCertificates(pem: string): X509Certificate[] | undefined {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return texts.length === 0 ? undefined : texts.map((text) => new X509Certificate(text));
  } catch {
    return undefined;
  }
}

/** The line that carries a stamp in a note: a signature of type 0xff and the name of this form (C2SP signed-note). */
export function timeStampLine(name: string, token: Uint8Array): string {
  return `— ${name} ${Buffer.concat([keyIdOf(name, STAMP_TYPE), token]).toString('base64')}\n`;
}

export function isTimeStampLine({ name, keyId }: { name: string; keyId: string }): boolean {
  return keyIdOf(name, STAMP_TYPE).toString('hex') === keyId;
}

const STAMP_TYPE = Buffer.concat([Buffer.from([0xff]), Buffer.from('sallyport/rfc3161', 'utf8')]);
