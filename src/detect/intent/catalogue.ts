// Classes of tools of well-known public servers, where a name alone says too little. Written from knowledge of those servers.
// Which server it is follows from how the operator registered it (package, image, host), never from what the server says of itself.
import type { Intent } from '../../call.ts';
import type { Category } from '../../object/intent-name.ts';

/** What tells a server: the parts of a server object, or a package name in their place. */
export interface ServerIdentity {
  command?: string | undefined;
  args?: readonly string[] | undefined;
  url?: string | undefined;
}

export interface CatalogueEntry {
  intent: Intent;
  category: Category;
}

interface CataloguedServer {
  /** Package, image or repository names, and hosts. */
  ids: string;
  category: Category;
  read?: string;
  write?: string;
  destructive?: string;
  exfiltrative?: string;
}

const SERVERS: readonly CataloguedServer[] = [
  {
    ids: '@modelcontextprotocol/server-filesystem mcp/filesystem',
    category: 'filesystem',
    read: 'read_file read_text_file read_media_file read_multiple_files list_directory list_directory_with_sizes directory_tree search_files get_file_info list_allowed_directories',
    write: 'create_directory edit_file move_file',
    destructive: 'write_file',
  },
  {
    ids: '@modelcontextprotocol/server-memory mcp/memory',
    category: 'content',
    read: 'read_graph search_nodes open_nodes',
    write: 'create_entities create_relations add_observations',
    destructive: 'delete_entities delete_observations delete_relations',
  },
  { ids: '@modelcontextprotocol/server-sequential-thinking mcp/sequentialthinking', category: 'content', read: 'sequentialthinking' },
  { ids: 'mcp-server-fetch mcp/fetch', category: 'network', read: 'fetch' },
  { ids: 'mcp-server-time mcp/time', category: 'content', read: 'get_current_time convert_time' },
  {
    ids: 'mcp-server-git mcp/git',
    category: 'source-control',
    read: 'git_status git_diff git_diff_unstaged git_diff_staged git_log git_show git_branch',
    write: 'git_commit git_add git_create_branch git_checkout git_init',
    destructive: 'git_reset',
  },
  {
    ids: '@modelcontextprotocol/server-github ghcr.io/github/github-mcp-server api.githubcopilot.com github-mcp-server github/github-mcp-server',
    category: 'source-control',
    read: 'get_me get_teams get_team_members issue_read pull_request_read search_code search_users search_orgs get_commit get_file_contents',
    write:
      'issue_write sub_issue_write pull_request_review_write push_files create_or_update_file assign_copilot_to_issue request_copilot_review manage_notification_subscription merge_pull_request',
    destructive: 'delete_file delete_workflow_run_logs',
  },
  {
    ids: '@playwright/mcp mcr.microsoft.com/playwright/mcp mcp/playwright microsoft/playwright-mcp',
    category: 'browser',
    read: 'browser_navigate browser_navigate_back browser_snapshot browser_take_screenshot browser_console_messages browser_network_requests browser_wait_for browser_hover',
    write:
      'browser_click browser_type browser_fill_form browser_select_option browser_press_key browser_drag browser_handle_dialog browser_tabs browser_close browser_resize browser_install',
    exfiltrative: 'browser_file_upload',
  },
  {
    ids: '@modelcontextprotocol/server-puppeteer mcp/puppeteer',
    category: 'browser',
    read: 'puppeteer_navigate puppeteer_screenshot puppeteer_hover',
    write: 'puppeteer_click puppeteer_fill puppeteer_select',
  },
  {
    ids: '@modelcontextprotocol/server-slack mcp/slack',
    category: 'communication',
    read: 'slack_list_channels slack_get_channel_history slack_get_thread_replies slack_get_users slack_get_user_profile',
    write: 'slack_post_message slack_reply_to_thread slack_add_reaction',
  },
  {
    ids: '@notionhq/notion-mcp-server mcp.notion.com mcp/notion',
    category: 'content',
    read: 'notion-search notion-fetch notion-get-users notion-get-comments API-get-self API-post-search API-post-database-query API-query-data-source',
    write:
      'notion-create-pages notion-update-page notion-move-pages notion-duplicate-page notion-create-database notion-update-database notion-create-comment',
    destructive: 'API-delete-a-block',
  },
  {
    ids: 'mcp.atlassian.com mcp-atlassian ghcr.io/sooperset/mcp-atlassian',
    category: 'content',
    read: 'fetch search atlassianUserInfo getAccessibleAtlassianResources',
    write: 'transitionJiraIssue jira_transition_issue',
  },
  { ids: 'mcp.linear.app', category: 'content', write: 'save_issue save_project save_comment' },
  {
    ids: '@supabase/mcp-server-supabase mcp.supabase.com',
    category: 'database',
    read: 'confirm_cost get_cost search_docs generate_typescript_types get_advisors get_logs get_project_url',
    write: 'deploy_edge_function restore_project create_branch',
    destructive: 'apply_migration merge_branch reset_branch rebase_branch delete_branch pause_project',
  },
  {
    ids: 'mongodb-mcp-server mongodb/mongodb-mcp-server',
    category: 'database',
    read: 'find aggregate count explain collection-schema collection-storage-size collection-indexes db-stats list-collections list-databases mongodb-logs connect',
    exfiltrative: 'export',
  },
  {
    ids: '@upstash/context7-mcp mcp.context7.com mcp/context7',
    category: 'content',
    read: 'resolve-library-id get-library-docs query-docs',
  },
  {
    ids: '@stripe/mcp mcp.stripe.com mcp/stripe',
    category: 'financial',
    write: 'create_payment_link create_invoice create_invoice_item finalize_invoice update_subscription update_dispute',
    destructive: 'create_refund cancel_subscription',
  },
  {
    ids: '@modelcontextprotocol/server-brave-search @brave/brave-search-mcp-server',
    category: 'network',
    read: 'brave_web_search brave_local_search',
  },
  {
    ids: 'exa-mcp-server mcp.exa.ai',
    category: 'network',
    read: 'web_search_exa crawling_exa deep_researcher_start deep_researcher_check',
  },
  {
    ids: 'firecrawl-mcp mcp.firecrawl.dev',
    category: 'network',
    read: 'firecrawl_scrape firecrawl_map firecrawl_search firecrawl_crawl firecrawl_extract',
  },
  {
    ids: 'grafana/mcp-grafana mcp-grafana mcp/grafana',
    category: 'monitoring',
    write: 'update_dashboard patch_annotation add_activity_to_incident',
  },
  { ids: 'mcp.sentry.dev @sentry/mcp-server', category: 'monitoring', read: 'whoami analyze_issue_with_seer' },
  {
    ids: 'figma-developer-mcp mcp.figma.com',
    category: 'content',
    read: 'get_code get_design_context get_metadata get_screenshot get_figma_data',
  },
];

const BY_ID = new Map<string, ReadonlyMap<string, CatalogueEntry>>();
for (const server of SERVERS) {
  const tools = new Map<string, CatalogueEntry>();
  for (const intent of ['read', 'write', 'destructive', 'exfiltrative'] as const)
    for (const tool of server[intent]?.split(' ') ?? []) tools.set(tool, { intent, category: server.category });
  for (const id of server.ids.split(' ')) BY_ID.set(id, tools);
}

const known = new WeakMap<ServerIdentity, ReadonlyMap<string, CatalogueEntry> | null>();

export function catalogued(server: ServerIdentity, tool: unknown): CatalogueEntry | undefined {
  if (typeof tool !== 'string') return undefined;
  let tools = known.get(server);
  if (tools === undefined) {
    tools = identify(server) ?? null;
    known.set(server, tools);
  }
  return tools?.get(tool);
}

/** Words of a command line that are looked at. */
const MAX_WORDS = 32;

function identify({ command, args, url }: ServerIdentity): ReadonlyMap<string, CatalogueEntry> | undefined {
  if (url !== undefined) return URL.canParse(url) ? BY_ID.get(new URL(url).hostname) : undefined;
  for (const word of [command ?? '', ...(args ?? [])].slice(0, MAX_WORDS)) {
    const found = BY_ID.get(unversioned(word)) ?? BY_ID.get(word.slice(word.lastIndexOf('/') + 1));
    if (found) return found;
  }
  return undefined;
}

/** `@scope/name@1.2.3` → `@scope/name`, `image:tag` → `image`. */
function unversioned(word: string): string {
  const at = word.lastIndexOf('@');
  return (at > 0 ? word.slice(0, at) : word).replace(/:[\w.-]+$/, '');
}
