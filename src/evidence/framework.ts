// Which statements stand under which article, criterion or control. What each asks for is said in our words; it is no quotation.
// The wording never claims more than "supports": whether an organization meets any of this is for people to judge.
import * as control from './control.ts';
import type { EvidenceFacts, Section, Statement } from './facts.ts';
import * as oversight from './oversight.ts';
import * as record from './record.ts';
import type { StatementMaker } from './statement.ts';

export const frameworks = ['eu-ai-act', 'soc2', 'iso27001'] as const;
export type FrameworkName = (typeof frameworks)[number];

interface Framework {
  title: string;
  about: string;
  sections: readonly [id: string, title: string, asks: string, makers: readonly StatementMaker[]][];
}

const EU_AI_ACT: Framework = {
  title: 'Regulation (EU) 2024/1689 (AI Act), articles 12, 14, 19 and 26',
  about:
    'The articles bind providers and deployers of high-risk systems, not a gateway; for those of Annex III they apply from 2 December 2027, for those of Annex I from 2 August 2028. What follows supports their evidence.',
  sections: [
    [
      'article-12',
      'Article 12: record-keeping',
      'Events are recorded automatically over the lifetime of the system, so that risks, changes and its operation can be traced.',
      [
        record.everyCall,
        record.whose,
        record.whatFor,
        record.rulesInForce,
        oversight.watched,
        record.wholeness,
        record.unchanged,
        record.clockSource,
      ],
    ],
    [
      'article-14',
      'Article 14: human oversight',
      'People can understand, decide not to use, override and stop the system, and stay aware of leaning on it too much.',
      [oversight.peopleInCharge, oversight.decidedByPeople, oversight.howCarefully, oversight.stopped, oversight.trained],
    ],
    [
      'article-19',
      'Article 19: automatically generated logs',
      'Providers keep the logs under their control for a time that fits, at least six months.',
      [record.kept, record.unchanged, record.backups],
    ],
    [
      'article-26',
      'Article 26: obligations of deployers',
      'Use by the instructions, oversight by people with competence and authority, monitoring and suspension, logs kept at least six months, workers informed.',
      [
        record.rulesInForce,
        oversight.peopleInCharge,
        oversight.trained,
        oversight.watched,
        oversight.stopped,
        oversight.notices,
        record.kept,
        oversight.workers,
      ],
    ],
  ],
};

const SOC2: Framework = {
  title: 'SOC 2, Trust Services Criteria CC6, CC7 and CC8',
  about: 'A report is made by an auditor. What follows supports their tests with what passed through this gateway in the period.',
  sections: [
    [
      'cc6-1',
      'CC6.1: logical access to protected assets',
      'Assets are known, and access to them goes through controls.',
      [control.inventory, control.shadowServers, record.everyCall, control.credentials],
    ],
    [
      'cc6-2',
      'CC6.2 and CC6.3: access is given, changed and taken away',
      'Who gets access is authorised; rights follow roles and end when they should.',
      [control.accessChanges, control.tokens, record.whose, control.accessReview],
    ],
    [
      'cc6-6',
      'CC6.6 and CC6.7: boundaries, and data in transit',
      'Threats from outside are held off; what leaves is restricted and protected.',
      [control.transport, control.sensitiveData, record.whatFor],
    ],
    [
      'cc6-8',
      'CC6.8: unauthorised software',
      'What is not approved is kept from coming in, or found.',
      [control.definitionDrift, control.inventory, control.shadowServers],
    ],
    [
      'cc7-1',
      'CC7.1: changes that bring weaknesses',
      'Changes of the configuration are noticed.',
      [control.definitionDrift, control.policyChanges],
    ],
    [
      'cc7-2',
      'CC7.2 and CC7.3: anomalies are seen and judged',
      'The system is watched for what is out of the ordinary, and that is looked into.',
      [oversight.watched, record.wholeness, record.unchanged, oversight.notices],
    ],
    [
      'cc7-4',
      'CC7.4 and CC7.5: response and recovery',
      'Incidents are contained, and operation is restored.',
      [oversight.stopped, record.backups],
    ],
    [
      'cc8-1',
      'CC8.1: changes',
      'Changes are authorised, tested, approved and recorded.',
      [control.policyChanges, record.rulesInForce, control.secondPerson],
    ],
  ],
};

const ISO27001: Framework = {
  title: 'ISO/IEC 27001:2022, controls of Annex A that a gateway can speak of',
  about: 'Certification is about a management system. What follows supports the evidence for single controls.',
  sections: [
    ['a-5-9', 'A.5.9: inventory of assets', 'What there is, is listed, with its owner.', [control.inventory, control.shadowServers]],
    [
      'a-5-15',
      'A.5.15 to A.5.18: access, identities, rights',
      'Rules of access, identities over their life, rights given and taken away.',
      [control.accessChanges, control.tokens, record.whose, control.accessReview],
    ],
    [
      'a-5-19',
      'A.5.19 to A.5.22: suppliers',
      'Services of others are known, and changes of them are managed.',
      [control.inventory, control.definitionDrift, record.whatFor],
    ],
    [
      'a-5-24',
      'A.5.24 to A.5.28: incidents and evidence',
      'Incidents are prepared for, answered, learnt from; evidence is gathered and kept.',
      [oversight.watched, oversight.stopped, record.unchanged, oversight.notices],
    ],
    [
      'a-5-33',
      'A.5.33: protection of records',
      'Records are protected from loss and falsification.',
      [record.unchanged, record.kept, record.wholeness, record.backups],
    ],
    [
      'a-5-34',
      'A.5.34, A.8.10 to A.8.12: personal data, deletion, masking, leakage',
      'Personal data is protected, deleted when it is not needed, masked, and kept from leaking.',
      [control.sensitiveData, record.kept],
    ],
    [
      'a-8-2',
      'A.8.2 to A.8.5: privileged access, restriction, authentication',
      'Privileges are few and known, access is restricted, authentication is secure.',
      [oversight.peopleInCharge, control.credentials, record.everyCall],
    ],
    [
      'a-8-15',
      'A.8.15 to A.8.17: logging, monitoring, clocks',
      'Logs are written, protected and looked at; clocks agree.',
      [record.everyCall, oversight.watched, record.unchanged, record.clockSource],
    ],
    ['a-8-20', 'A.8.20, A.8.24: networks, cryptography', 'Networks are secured; keys are managed.', [control.transport, record.unchanged]],
    [
      'a-8-32',
      'A.8.9, A.8.32: configuration and changes',
      'Configurations are known, and changes follow a procedure.',
      [control.policyChanges, record.rulesInForce, control.secondPerson],
    ],
  ],
};

const FRAMEWORKS: Readonly<Record<FrameworkName, Framework>> = { 'eu-ai-act': EU_AI_ACT, soc2: SOC2, iso27001: ISO27001 };

export function sectionsOf(name: FrameworkName, facts: EvidenceFacts): { title: string; about: string; sections: Section[] } {
  const { title, about, sections } = FRAMEWORKS[name];
  const made = new Map<StatementMaker, Statement[]>();
  const statementsOf = (maker: StatementMaker): Statement[] => {
    const known = made.get(maker) ?? maker(facts);
    made.set(maker, known);
    return known;
  };
  return {
    title,
    about,
    sections: sections.map(([id, heading, asks, makers]) => ({ id, title: heading, asks, statements: makers.flatMap(statementsOf) })),
  };
}
