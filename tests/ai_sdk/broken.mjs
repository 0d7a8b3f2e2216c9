// Ways to break a stream of the AI SDK: each is a server whose author did one thing wrong.

/** Rewrites the events of a UI message stream: `rewrite` takes the data of each and gives what is sent instead. */
function rewrite(response, rewrite) {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = '';
  const events = new TransformStream({
    transform(chunk, controller) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        const data = block.replace(/^data: /, '');
        const chunk = data.startsWith('{') ? JSON.parse(data) : data;
        for (const one of rewrite(chunk)) {
          const text = typeof one === 'string' ? one : JSON.stringify(one);
          controller.enqueue(encoder.encode(`data: ${text}\n\n`));
        }
      }
    },
  });
  return new Response(response.body.pipeThrough(events), { headers: response.headers });
}

const without = type => chunk => (chunk.type === type ? [] : [chunk]);

/** Each way to break an answer, by name. */
export const BREAKS = {
  'no-done': response => rewrite(response, chunk => (chunk === '[DONE]' ? [] : [chunk])),
  'no-header': response => {
    const headers = new Headers(response.headers);
    headers.delete('x-vercel-ai-ui-message-stream');
    return new Response(response.body, { headers });
  },
  'delta-without-start': response => rewrite(response, without('text-start')),
  'unclosed-text': response => rewrite(response, without('text-end')),
  'no-finish': response => rewrite(response, without('finish')),
  'unknown-type': response =>
    rewrite(response, chunk => (chunk.type === 'text-end' ? [chunk, { type: 'text-done', id: chunk.id }] : [chunk])),
  'delta-not-text': response =>
    rewrite(response, chunk => (chunk.type === 'text-delta' ? [{ ...chunk, delta: 7 }] : [chunk])),
  'wrong-finish-reason': response =>
    rewrite(response, chunk => [chunk.type === 'finish' ? { ...chunk, finishReason: 'done' } : chunk]),
  'after-done': response =>
    rewrite(response, chunk => (chunk === '[DONE]' ? [chunk, { type: 'data-usage', data: 7 }] : [chunk])),
  'tool-output-without-call': response =>
    rewrite(response, chunk =>
      chunk.type === 'text-end' ? [chunk, { type: 'tool-output-available', toolCallId: 'none', output: 7 }] : [chunk],
    ),
  'error-as-text': response =>
    rewrite(response, chunk => (chunk.type === 'finish' ? ['The model is overloaded', chunk] : [chunk])),
};
