// What a server built with the AI SDK may be asked to do. Every behaviour is code as its users write it, and gives the
// SDK's own answer.

import * as ai4 from 'ai4';
import * as ai5 from 'ai5';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import { z } from 'zod';

import { model, words } from './models.mjs';

const SDKS = { ai4, ai5, ai6, ai7 };

const CITY = '{"city":"Ulm"}';

/** The tools of the agent, in the words of a version. */
function tools(version, more = {}) {
  const schema = z.object({ city: z.string() });
  const input = version === 'ai4' ? { parameters: schema } : { inputSchema: schema };
  const execute = async () => ({ degrees: 21 });
  return { weather: SDKS[version].tool({ description: 'The weather of a city', ...input, execute, ...more }) };
}

/** Asks the model, and gives its answer as a stream of the SDK. */
function ask(version, messages, answers, { pause, after, ...options } = {}) {
  const steps = version === 'ai4' ? { maxSteps: 3, toolCallStreaming: true } : { stopWhen: SDKS[version].stepCountIs(3) };
  return SDKS[version].streamText({
    model: model(version, answers, { pause, after }),
    messages,
    maxRetries: 0,
    onError: () => {},
    ...steps,
    ...options,
  });
}

/** Gives up after a few parts. */
function impatient() {
  const controller = new AbortController();
  let parts = 0;
  return {
    abortSignal: controller.signal,
    onChunk: () => {
      parts += 1;
      if (parts === 2) controller.abort();
    },
  };
}

const fail = message => () => {
  throw new Error(message);
};

/** What the model does, whichever version: its answers, and what the SDK is told besides. */
function scripts(version, said) {
  const w = words(version);
  const done = [...w.text(said), ...w.finish()];
  const call = [...w.call('weather', CITY), ...w.finish('tool-calls')];
  return {
    text: [[done]],
    reasoning: [[[...w.reasoning('They ask something.'), ...done]]],
    'sources-and-files': [[[...w.source(), ...w.file(), ...done]]],
    length: [[[...w.text(said), ...w.finish('length')]]],
    tools: [[call, done], { tools: tools(version) }],
    'tool-fails': [[call, done], { tools: tools(version, { execute: async () => fail('No weather today')() }) }],
    'tool-input-invalid': [
      [[...w.call('weather', '{"town":1}'), ...w.finish('tool-calls')], done],
      { tools: tools(version) },
    ],
    'client-tool': [[call], { tools: tools(version, { execute: undefined }) }],
    error: [[[...w.openText(said), ...w.error('The model is overloaded'), ...w.finish('error')]]],
    'error-first': [[fail('The model is overloaded')]],
    throws: [[w.openText(said)], { after: fail('The connection to the model broke') }],
  };
}

const PARTS = { sendReasoning: true, sendSources: true };

/** What only the data stream of version 4 has. */
const DATA_STREAMS = {
  piped: (messages, said) => response =>
    ask('ai4', messages, ...scripts('ai4', said).text).pipeDataStreamToResponse(response),
  'throws-piped': (messages, said) => response =>
    ask('ai4', messages, ...scripts('ai4', said).throws).pipeDataStreamToResponse(response),
  data: (messages, said) =>
    ai4.createDataStreamResponse({
      execute: stream => {
        stream.writeData({ status: 'thinking' });
        stream.writeMessageAnnotation({ model: 'mock' });
        ask('ai4', messages, scripts('ai4', said).text[0]).mergeIntoDataStream(stream);
      },
    }),
};

/** What only UI message streams have: the SDK's own ways to make them. */
const MESSAGE_STREAMS = {
  metadata: (version, messages, said) =>
    ask(version, messages, scripts(version, said).text[0]).toUIMessageStreamResponse({
      messageMetadata: ({ part }) => ({ at: part.type }),
    }),
  data: (version, messages, said) => {
    const sdk = SDKS[version];
    const stream = sdk.createUIMessageStream({
      execute: ({ writer }) => {
        writer.write({ type: 'data-status', id: 'status', data: { state: 'thinking' } });
        writer.write({ type: 'data-hint', data: 'soon', transient: true });
        writer.merge(ask(version, messages, scripts(version, said).text[0]).toUIMessageStream());
      },
    });
    return sdk.createUIMessageStreamResponse({ stream });
  },
  written: (version, messages, said) => {
    const sdk = SDKS[version];
    const stream = sdk.createUIMessageStream({
      execute: ({ writer }) => {
        writer.write({ type: 'text-start', id: 'own' });
        writer.write({ type: 'text-delta', id: 'own', delta: said });
        writer.write({ type: 'text-end', id: 'own' });
      },
    });
    return sdk.createUIMessageStreamResponse({ stream });
  },
  'writer-throws': version => {
    const sdk = SDKS[version];
    return sdk.createUIMessageStreamResponse({ stream: sdk.createUIMessageStream({ execute: fail('No agent') }) });
  },
  'keep-alive': (version, messages, said) =>
    ask(version, messages, scripts(version, said).text[0], { pause: 20 }).toUIMessageStreamResponse({
      keepAliveMs: 7,
    }),
  abort: (version, messages, said) =>
    ask(version, messages, scripts(version, `${said} And more of it.`).text[0], {
      pause: 5,
      ...impatient(),
    }).toUIMessageStreamResponse(),
  piped: (version, messages, said) => response =>
    ask(version, messages, ...scripts(version, said).text).pipeUIMessageStreamToResponse(response),
  'throws-piped': (version, messages, said) => response =>
    ask(version, messages, ...scripts(version, said).throws).pipeUIMessageStreamToResponse(response),
};

/** What versions 6 and 7 have. */
const APPROVALS = {
  approval: (version, messages, said) => {
    const w = words(version);
    const call = [...w.call('weather', CITY), ...w.finish('tool-calls')];
    return ask(version, messages, [call, w.text(said)], {
      tools: tools(version, { needsApproval: true }),
    }).toUIMessageStreamResponse();
  },
};

/** The behaviours of a version by name: each takes messages of the SDK's own form, and the text to say. */
export function behaviours(version) {
  const found = {};
  for (const name of Object.keys(scripts(version, ''))) {
    found[name] = (messages, said) => {
      const [answers, options] = scripts(version, said)[name];
      const result = ask(version, messages, answers, options);
      return version === 'ai4' ? result.toDataStreamResponse(PARTS) : result.toUIMessageStreamResponse(PARTS);
    };
  }
  if (version === 'ai4') return { ...found, ...DATA_STREAMS };
  const more = version === 'ai5' ? MESSAGE_STREAMS : { ...MESSAGE_STREAMS, ...APPROVALS };
  for (const [name, answer] of Object.entries(more)) {
    found[name] = (messages, said) => answer(version, messages, said);
  }
  return found;
}

/** Messages as a version's models take them, from either form of request. */
export async function modelMessages(version, messages) {
  const text = message => message.content ?? message.parts.map(part => part.text).join('');
  if (version === 'ai4') {
    return ai4.convertToCoreMessages(messages.map(message => ({ ...message, content: text(message) })));
  }
  const parts = message => message.parts ?? [{ type: 'text', text: message.content }];
  return SDKS[version].convertToModelMessages(messages.map(message => ({ ...message, parts: parts(message) })));
}
