// Which server a resource URI belongs to on the surface of all servers, from what each principal was shown. URIs stay as they are; where two
// servers claim one URI, neither gets it: each is reached under `sallyport://<server>/<percent-encoded URI>` instead.
// What one principal saw never routes another's calls, and a link in a result never outranks a list.
import { Lru } from '../lib/lru.ts';
import { MAX_URI_CHARS } from '../mcp/uri-expansion.ts';
import { compileTemplate, type UriTemplate } from './uri-template.ts';

export const GATEWAY_SCHEME = 'sallyport://';

/** Principals remembered; the one unused for longest is forgotten. */
export const MAX_OWNERS = 10_000;
/** Characters remembered for all principals together; those unused for longest are forgotten. */
export const MAX_ROUTE_CHARS = 64_000_000;
/** Characters of listed URIs and templates remembered per principal. */
export const MAX_OWNER_CHARS = 4_000_000;
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
  /** Least recently used first. */
  readonly #owners = new Map<string, OwnerRoutes>();
  readonly #maxOwners: number;
  readonly #maxChars: number;
  #chars = 0;

  constructor(maxOwners = MAX_OWNERS, maxChars = MAX_ROUTE_CHARS) {
    this.#maxOwners = maxOwners;
    this.#maxChars = maxChars;
  }

  /** Notes that this principal was shown a URI (listed or linked) or a URI template of this server. */
  learn(owner: string, server: string, source: UriSource, text: string): void {
    if (text.length > MAX_URI_CHARS || text.startsWith(GATEWAY_SCHEME)) return;
    const routes = this.#use(owner) ?? new OwnerRoutes();
    this.#owners.set(owner, routes);
    const before = routes.chars;
    if (source === 'uri') routes.list(server, text);
    else if (source === 'template') routes.addTemplate(server, text);
    else routes.link(server, text);
    this.#chars += routes.chars - before;
    this.#makeRoom();
  }

  /** Forgets what a server listed for this principal, before its list is learnt anew. Links stay. */
  forget(owner: string, server: string, source: 'uri' | 'template'): void {
    const routes = this.#owners.get(owner);
    if (!routes) return;
    const before = routes.chars;
    routes.forget(server, source);
    this.#chars += routes.chars - before;
  }

  resolve(owner: string, uri: string): UriRoute | undefined {
    const own = parseGatewayUri(uri);
    if (own) return { type: 'server', ...own };
    if (uri.length > MAX_URI_CHARS) return undefined;
    const servers = this.#use(owner)?.claims(uri) ?? [];
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

  #use(owner: string): OwnerRoutes | undefined {
    const routes = this.#owners.get(owner);
    if (!routes) return undefined;
    this.#owners.delete(owner);
    this.#owners.set(owner, routes);
    return routes;
  }

  /** The newest owner stays whatever it holds; its own bounds are tighter. */
  #makeRoom(): void {
    for (const [owner, routes] of this.#owners) {
      const isOver = this.#owners.size > this.#maxOwners || this.#chars > this.#maxChars;
      if (!isOver || this.#owners.size === 1) return;
      this.#owners.delete(owner);
      this.#chars -= routes.chars;
    }
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
  readonly #linked = new Lru<string, string[]>(MAX_LINKED_URIS, (uri) => {
    this.#linkedChars -= uri.length;
  });
  readonly #templates = new Map<string, { server: string; template: UriTemplate }>();
  #listedChars = 0;
  #linkedChars = 0;

  get chars(): number {
    return this.#listedChars + this.#linkedChars;
  }

  list(server: string, uri: string): void {
    const servers = this.#listed.get(uri);
    if (servers) {
      if (!servers.includes(server)) servers.push(server);
    } else if (this.#listed.size < MAX_LISTED_URIS && this.#take(uri.length)) this.#listed.set(uri, [server]);
  }

  link(server: string, uri: string): void {
    const servers = this.#linked.get(uri);
    if (!servers) {
      this.#linkedChars += uri.length;
      this.#linked.set(uri, [server]);
    } else if (!servers.includes(server)) servers.push(server);
  }

  addTemplate(server: string, source: string): void {
    const key = `${server}\n${source}`;
    if (this.#templates.has(key) || this.#templates.size >= MAX_TEMPLATES) return;
    const template = compileTemplate(source);
    if (template && this.#take(key.length)) this.#templates.set(key, { server, template });
  }

  #take(chars: number): boolean {
    if (this.#listedChars + chars > MAX_OWNER_CHARS) return false;
    this.#listedChars += chars;
    return true;
  }

  forget(server: string, source: 'uri' | 'template'): void {
    if (source === 'template') {
      for (const [key, entry] of this.#templates) if (entry.server === server) this.#drop(this.#templates, key);
      return;
    }
    for (const [uri, servers] of this.#listed) {
      const rest = servers.filter((name) => name !== server);
      if (rest.length === 0) this.#drop(this.#listed, uri);
      else if (rest.length < servers.length) this.#listed.set(uri, rest);
    }
  }

  #drop(map: Map<string, unknown>, key: string): void {
    map.delete(key);
    this.#listedChars -= key.length;
  }

  /** Servers that list the URI or have a template for it; without any, those that linked to it. */
  claims(uri: string): string[] {
    const servers = new Set(this.#listed.get(uri));
    for (const { server, template } of this.#templates.values()) if (!servers.has(server) && template.matches(uri)) servers.add(server);
    if (servers.size === 0) for (const server of this.#linked.get(uri) ?? []) servers.add(server);
    return [...servers].sort();
  }
}
