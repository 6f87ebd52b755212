// The things a key can say about its value, as bits.

/** Bits; a key can say several things. */
export const KEY = {
  PERSON: 1 << 0,
  /** "name", "from", "owner": of a person only when something else says so too. */
  PERSON_MAYBE: 1 << 1,
  EMAIL: 1 << 2,
  PHONE: 1 << 3,
  ADDRESS: 1 << 4,
  SSN: 1 << 5,
  NATIONAL_ID: 1 << 6,
  /** "document number", "tax id": an id of some kind. */
  NATIONAL_ID_MAYBE: 1 << 7,
  BIRTH: 1 << 8,
  CARD: 1 << 9,
  IBAN: 1 << 10,
  ACCOUNT: 1 << 11,
  ROUTING: 1 << 12,
  PASSWORD: 1 << 13,
  TOKEN: 1 << 14,
  CONNECTION: 1 << 15,
  /** Identifiers, hashes, counters: numbers and random text that are none of the above. */
  TECHNICAL: 1 << 16,
  /** The object below describes a person: customer, patient, billing. */
  PERSON_ABOUT: 1 << 17,
  /** The object describes a thing: product, company, repository. */
  THING_ABOUT: 1 << 18,
  /** A word for "number" or "id" that strengthens what stands beside it. */
  NUMBER: 1 << 19,
  /** "public", "expires", "policy", "length": takes the secret out of a key. */
  NOT_SECRET: 1 << 20,
  /** Town, post code, country: part of an address, harmless alone. */
  PLACE: 1 << 21,
  /** Only people have it: a job title, a salary. What is named beside it is a person. */
  OF_PEOPLE: 1 << 22,
  /** Only goods have it: an article number, a price. What is named beside it is hardly a person. */
  OF_GOODS: 1 << 23,
} as const;
