// The exposition format as Prometheus reads it, and the bound on labels.
import { describe, expect, it } from 'vitest';
import { createMetrics, MAX_LABEL_VALUES } from './metrics.ts';

describe('metrics', () => {
  it('renders stages, calls and gauges', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.callStarted('call');
    metrics.stage('decide', 0.2);
    metrics.stage('decide', 700_000);
    metrics.callEnded('call', 'tools/call', 'ok', 3);
    metrics.gauge('sallyport_sessions', 'Sessions.', () => 7);
    const text = await metrics.render();
    expect(text).toContain('sallyport_stage_seconds_bucket{le="0.00025",stage="decide"} 1');
    expect(text).toContain('sallyport_stage_seconds_bucket{le="+Inf",stage="decide"} 2');
    expect(text).toContain('sallyport_stage_seconds_count{stage="decide"} 2');
    expect(text).toContain('sallyport_calls_total{method="tools/call",outcome="ok"} 1');
    expect(text).toContain('sallyport_calls_in_flight 0');
    expect(text).toContain('sallyport_sessions 7');
  });

  it('counts methods an agent made up as other', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.callStarted('call');
    metrics.callEnded('call', 'evil"} 1\nfake', 'ok', 1);
    const text = await metrics.render();
    expect(text).toContain('sallyport_calls_total{method="other",outcome="ok"} 1');
    expect(text).not.toContain('evil');
  });

  it('keeps the number of label values bounded', async () => {
    const metrics = createMetrics({ processMetrics: false });
    for (let i = 0; i < MAX_LABEL_VALUES + 50; i++) metrics.upstream(`server-${i}`, 1);
    const text = await metrics.render();
    const names = new Set([...text.matchAll(/sallyport_upstream_seconds_count\{server="([^"]+)"\}/g)].map((match) => match[1]));
    expect(names.size).toBeLessThanOrEqual(MAX_LABEL_VALUES + 1);
    expect(names).toContain('other');
  });
});
