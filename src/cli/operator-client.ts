// The part of the admin API about operators and organizations, as seen by a command.
import type { NewOperatorReply, NewOrganizationReply, OperatorList, OperatorRequest, OrganizationList } from '../admin/contract.ts';
import type { JsonWire } from './notify-client.ts';

export interface OperatorClient {
  operators(): Promise<OperatorList>;
  createOperator(body: OperatorRequest): Promise<NewOperatorReply>;
  revokeOperator(name: string): Promise<{ name: string; revision: number }>;
  organizations(): Promise<OrganizationList>;
  createOrganization(body: Record<string, string>): Promise<NewOrganizationReply>;
}

export function operatorsOf(wire: JsonWire): OperatorClient {
  return {
    operators: () => wire.json('GET', '/api/v1/operators'),
    createOperator: (body) => wire.json('POST', '/api/v1/operators', body),
    revokeOperator: (name) => wire.json('POST', `/api/v1/operators/${encodeURIComponent(name)}/revoke`),
    organizations: () => wire.json('GET', '/api/v1/organizations'),
    createOrganization: (body) => wire.json('POST', '/api/v1/organizations', body),
  };
}
