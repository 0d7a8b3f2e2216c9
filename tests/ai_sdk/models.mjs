// Models that answer what they are told, in the language that each release of the AI SDK speaks with its providers.

import * as test4 from 'ai4/test';
import * as test5 from 'ai5/test';
import * as test6 from 'ai6/test';
import * as test7 from 'ai7/test';
import { simulateReadableStream } from 'ai7/test';

const MODELS = {
  ai4: test4.MockLanguageModelV1,
  ai5: test5.MockLanguageModelV2,
  ai6: test6.MockLanguageModelV3,
  ai7: test7.MockLanguageModelV4,
};

// A white pixel.
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';

/** A text in pieces of a few characters, never through a surrogate pair. */
function pieces(text) {
  return Array.from(text).join('').match(/.{1,12}/gsu) ?? [];
}

/** The parts of a model's answer since version 5: text, reasoning and tool input are blocks. */
function blocks(version) {
  const v5 = version === 'ai5';
  const usage = v5
    ? { inputTokens: 3, outputTokens: 5, totalTokens: 8 }
    : {
        inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 5, text: 5, reasoning: 0 },
      };
  const block = (kind, id, text) => [
    { type: `${kind}-start`, id },
    ...pieces(text).map(delta => ({ type: `${kind}-delta`, id, delta })),
    { type: `${kind}-end`, id },
  ];
  return {
    begin: () => [{ type: 'stream-start', warnings: [] }],
    text: (text, id = '1') => block('text', id, text),
    openText: (text, id = '1') => block('text', id, text).slice(0, -1),
    reasoning: (text, id = 'r1') => block('reasoning', id, text),
    call: (toolName, input, toolCallId = 'call-1') => [
      { type: 'tool-input-start', id: toolCallId, toolName },
      ...pieces(input).map(delta => ({ type: 'tool-input-delta', id: toolCallId, delta })),
      { type: 'tool-input-end', id: toolCallId },
      { type: 'tool-call', toolCallId, toolName, input },
    ],
    source: () => [{ type: 'source', sourceType: 'url', id: 'source-1', url: 'https://example.com/', title: 'Example' }],
    file: () => [
      { type: 'file', mediaType: 'image/png', data: version === 'ai7' ? { type: 'data', data: PIXEL } : PIXEL },
    ],
    error: message => [{ type: 'error', error: new Error(message) }],
    finish: (reason = 'stop') => [
      { type: 'finish', finishReason: v5 ? reason : { unified: reason, raw: reason }, usage },
    ],
  };
}

/** The parts of a model's answer up to version 4. */
function flat() {
  return {
    begin: () => [],
    text: text => pieces(text).map(textDelta => ({ type: 'text-delta', textDelta })),
    openText: text => pieces(text).map(textDelta => ({ type: 'text-delta', textDelta })),
    reasoning: text => pieces(text).map(textDelta => ({ type: 'reasoning', textDelta })),
    call: (toolName, args, toolCallId = 'call-1') => [
      ...pieces(args).map(argsTextDelta => ({
        type: 'tool-call-delta',
        toolCallType: 'function',
        toolCallId,
        toolName,
        argsTextDelta,
      })),
      { type: 'tool-call', toolCallType: 'function', toolCallId, toolName, args },
    ],
    source: () => [
      { type: 'source', source: { sourceType: 'url', id: 'source-1', url: 'https://example.com/', title: 'Example' } },
    ],
    file: () => [{ type: 'file', mimeType: 'image/png', data: PIXEL }],
    error: message => [{ type: 'error', error: new Error(message) }],
    finish: (finishReason = 'stop') => [
      { type: 'finish', finishReason, usage: { promptTokens: 3, completionTokens: 5 } },
    ],
  };
}

/** The words in which a model of this version answers. */
export function words(version) {
  return version === 'ai4' ? flat() : blocks(version);
}

/**
 * A model that gives one of these answers after the other, the last one again and again. An answer is a list of
 * parts, or a function that throws. `after` is what follows the parts: nothing, or a failure of the connection.
 */
export function model(version, answers, { pause = 1, after } = {}) {
  let calls = 0;
  const { begin } = words(version);
  return new MODELS[version]({
    doStream: async () => {
      const answer = answers[Math.min(calls++, answers.length - 1)];
      const chunks = typeof answer === 'function' ? answer() : [...begin(), ...answer];
      const stream = simulateReadableStream({ chunks, initialDelayInMs: pause, chunkDelayInMs: pause });
      const given = after ? stream.pipeThrough(new TransformStream({ flush: after })) : stream;
      return { stream: given, rawCall: { rawPrompt: null, rawSettings: {} } };
    },
  });
}
