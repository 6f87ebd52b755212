// What a verification is about, in the words of the promises: each rule belongs to one property, and each property has a result of its own.
// Never says that something holds which was not looked at.
import type { Rule } from './rules.ts';

/** docs/audit-format.md §6.2 explains each. */
export const properties = ['chain', 'contents', 'revisions', 'decisions', 'gaps', 'approvals', 'checkpoints', 'anchors'] as const;

export type Property = (typeof properties)[number];

export interface PropertyResult {
  property: Property;
  /**
   * `holds`: in every entry; `partly`: in every entry that is there, of a log that starts late; `broken`: here the log is; `unfinished`: nothing
   * was found until another property was broken; `unchecked`: what it takes was not given.
   */
  result: 'holds' | 'partly' | 'broken' | 'unfinished' | 'unchecked';
}

const OF_RULE: Readonly<Record<Rule, Property>> = {
  line: 'chain',
  canonical: 'chain',
  header: 'chain',
  hash: 'chain',
  'content-hash': 'chain',
  organization: 'chain',
  sequence: 'chain',
  prev: 'chain',
  'expected-head': 'chain',
  content: 'contents',
  'revision-decreased': 'revisions',
  'revision-source': 'revisions',
  'object-revision': 'revisions',
  'judged-ahead': 'revisions',
  'outcome-of-void-decision': 'revisions',
  'decided-twice': 'decisions',
  'outcome-without-decision': 'decisions',
  'outcome-of-denial': 'decisions',
  'outcome-of-another-call': 'decisions',
  'outcome-twice': 'decisions',
  'gap-without-decision': 'gaps',
  'outcome-missing': 'gaps',
  'approval-order': 'approvals',
  'approval-changed': 'approvals',
  'approval-digest': 'approvals',
  'approval-voter': 'approvals',
  'approval-quorum': 'approvals',
  'approval-expired': 'approvals',
  'approval-passkey': 'approvals',
  'grant-missing': 'approvals',
  'grant-twice': 'approvals',
  'grant-of-another': 'approvals',
  'checkpoint-form': 'checkpoints',
  'checkpoint-origin': 'checkpoints',
  'checkpoint-root': 'checkpoints',
  'checkpoint-signature': 'checkpoints',
  'checkpoint-size': 'checkpoints',
  'anchor-signature': 'anchors',
  'anchor-missing': 'anchors',
};

export interface Looked {
  broken: Rule | undefined;
  isEmpty: boolean;
  isPartial: boolean;
  hasCheckpoints: boolean;
  hasAnchors: boolean;
}

export function resultsOf({ broken, isEmpty, isPartial, hasCheckpoints, hasAnchors }: Looked): PropertyResult[] {
  const brokenProperty = broken && OF_RULE[broken];
  return properties.map((property): PropertyResult => {
    const ofTree = property === 'checkpoints' || property === 'anchors';
    const wasGiven = property === 'checkpoints' ? hasCheckpoints : property === 'anchors' ? hasAnchors : true;
    if (property === brokenProperty) return { property, result: 'broken' };
    if (isEmpty || !wasGiven || (ofTree && isPartial)) return { property, result: 'unchecked' };
    if (broken) return { property, result: 'unfinished' };
    return { property, result: isPartial ? 'partly' : 'holds' };
  });
}
