// What is remembered of an organization's calls: per agent, per tool, per agent and tool. A fold over the log: the same calls in the same order
// give the same history, so it can be built again. Bounded: who was not heard of for longest is forgotten first.
import { Lru } from '../lib/lru.ts';
import { Activity, type ActivityState } from './activity.ts';
import type { Amounts } from './amounts.ts';
import { DistinctCount } from './distinct-count.ts';
import { QuantileSketch, type SketchState } from './quantile-sketch.ts';

/** Agents remembered in one organization. */
export const MAX_AGENTS = 5_000;
/** Tools remembered, and agents on a tool. */
export const MAX_TOOLS = 5_000;
export const MAX_PAIRS = 10_000;
/** Places whose amounts are remembered for one tool, or one agent on a tool. */
export const MAX_PLACES = 8;

/** One call that was decided. */
export interface Observed {
  timeMs: number;
  agent: string;
  server: string;
  tool: string;
  effect: 'allow' | 'deny' | 'hold';
  amounts: Amounts;
}

export interface AgentMemory {
  agent: string;
  firstMs: number;
  /** Calls that were let through. */
  activity: Activity;
  /** Calls that were denied or held. */
  refused: Activity;
  /** Different tools used. */
  tools: DistinctCount;
}

export interface UseMemory {
  key: string;
  firstMs: number;
  lastMs: number;
  /** Calls that were let through. */
  calls: number;
  /** By place. */
  sketches: Map<string, QuantileSketch>;
}

export class History {
  readonly #agents = new Lru<string, AgentMemory>(MAX_AGENTS);
  readonly #tools = new Lru<string, UseMemory>(MAX_TOOLS);
  readonly #pairs = new Lru<string, UseMemory>(MAX_PAIRS);

  observe(call: Observed): void {
    const agent = this.#agent(call.agent, call.timeMs);
    if (call.effect !== 'allow') {
      agent.refused.add(call.timeMs);
      return;
    }
    const key = toolKey(call.server, call.tool);
    agent.activity.add(call.timeMs);
    agent.tools.add(key);
    remember(use(this.#tools, key, call.timeMs), call);
    remember(use(this.#pairs, pairKey(call.agent, call.server, call.tool), call.timeMs), call);
  }

  agent(agent: string): AgentMemory | undefined {
    return this.#agents.get(agent);
  }

  tool(server: string, tool: string): UseMemory | undefined {
    return this.#tools.get(toolKey(server, tool));
  }

  pair(agent: string, server: string, tool: string): UseMemory | undefined {
    return this.#pairs.get(pairKey(agent, server, tool));
  }

  /** Everything, as lines of JSON, oldest first: one for each agent, tool, and agent on a tool. */
  *lines(): Generator<string> {
    yield JSON.stringify({ v: STATE_VERSION });
    for (const one of [...this.#agents.values()]) yield JSON.stringify({ agent: agentState(one) });
    for (const one of [...this.#tools.values()]) yield JSON.stringify({ tool: useState(one) });
    for (const one of [...this.#pairs.values()]) yield JSON.stringify({ pair: useState(one) });
  }

  /** undefined when the lines are of another version or are damaged: build the history again from the log. */
  static from(lines: Iterable<string>): History | undefined {
    const history = new History();
    let isFirst = true;
    try {
      for (const text of lines) {
        const line = JSON.parse(text) as { v?: number; agent?: AgentState; tool?: UseState; pair?: UseState };
        if (isFirst && line.v !== STATE_VERSION) return undefined;
        isFirst = false;
        if (line.agent) history.#agents.set(line.agent.agent, agentOf(line.agent));
        if (line.tool) history.#tools.set(line.tool.key, useOf(line.tool));
        if (line.pair) history.#pairs.set(line.pair.key, useOf(line.pair));
      }
    } catch {
      return undefined;
    }
    return isFirst ? undefined : history;
  }

  #agent(agent: string, timeMs: number): AgentMemory {
    const known = this.#agents.get(agent);
    if (known) return known;
    const made: AgentMemory = { agent, firstMs: timeMs, activity: new Activity(), refused: new Activity(), tools: new DistinctCount() };
    this.#agents.set(agent, made);
    return made;
  }
}

const STATE_VERSION = 1;

interface AgentState {
  agent: string;
  firstMs: number;
  activity: ActivityState;
  refused: ActivityState;
  tools: string;
}

interface UseState {
  key: string;
  firstMs: number;
  lastMs: number;
  calls: number;
  sketches: [place: string, SketchState][];
}

function agentState({ agent, firstMs, activity, refused, tools }: AgentMemory): AgentState {
  return { agent, firstMs, activity: activity.state(), refused: refused.state(), tools: tools.state() };
}

function agentOf({ agent, firstMs, activity, refused, tools }: AgentState): AgentMemory {
  return { agent, firstMs, activity: new Activity(activity), refused: new Activity(refused), tools: DistinctCount.from(tools) };
}

function useState({ sketches, ...rest }: UseMemory): UseState {
  return { ...rest, sketches: [...sketches].map(([place, sketch]) => [place, sketch.state()]) };
}

function useOf({ sketches, ...rest }: UseState): UseMemory {
  return { ...rest, sketches: new Map(sketches.slice(0, MAX_PLACES).map(([place, state]) => [place, QuantileSketch.from(state)])) };
}

function use(of: Lru<string, UseMemory>, key: string, timeMs: number): UseMemory {
  const known = of.get(key);
  if (known) return known;
  const made: UseMemory = { key, firstMs: timeMs, lastMs: timeMs, calls: 0, sketches: new Map() };
  of.set(key, made);
  return made;
}

function remember(memory: UseMemory, { timeMs, amounts }: Observed): void {
  memory.calls++;
  memory.lastMs = Math.max(memory.lastMs, timeMs);
  for (const [place, amount] of amounts) {
    let sketch = memory.sketches.get(place);
    if (!sketch) {
      if (memory.sketches.size >= MAX_PLACES) continue;
      sketch = new QuantileSketch();
      memory.sketches.set(place, sketch);
    }
    sketch.add(amount);
  }
}

function toolKey(server: string, tool: string): string {
  return `${server}\n${tool}`;
}

/** Names of agents and servers hold no line break, so no two keys are alike. */
function pairKey(agent: string, server: string, tool: string): string {
  return `${agent}\n${server}\n${tool}`;
}
