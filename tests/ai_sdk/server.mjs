// An agent as the page of agentsgt describes it, built with the AI SDK. The first two steps of the path choose the
// version and what it does: `/ai5/tools/api/v1/agents/chat/{agentId}`, or `/ai5/broken:no-done/...`.
//
//     PORT=0 node server.mjs          listens, and prints its address
//     node server.mjs --list          prints the choices, a line each: `ai5/tools`
//     node server.mjs --record DIR    writes what each choice sends into a file of DIR

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { behaviours, modelMessages } from './behaviours.mjs';
import { BREAKS } from './broken.mjs';

const VERSIONS = ['ai4', 'ai5', 'ai6', 'ai7'];
const AGENT = '550e8400-e29b-41d4-a716-446655440000';
const KEYS = 'pk_reference:sk_reference';
const BROKE_KEYS = 'pk_broke:sk_broke';
/** Most characters of a message that an answer repeats. */
const LONGEST = 400;
const ROLES = ['user', 'assistant', 'system'];
const PATH = /^\/(ai\d)\/([a-z:-]+)\/api\/v1\/agents\/chat\/([^/?]+)$/;

/** An error of the API: a status and a text. */
class Refusal extends Error {
  constructor(status, text, headers = {}) {
    super(text);
    Object.assign(this, { status, headers });
  }
}

/** What answers, by version and name; the broken ones break the version's plain text. */
function answers(version) {
  const healthy = behaviours(version);
  if (version === 'ai4') return healthy;
  const broken = Object.entries(BREAKS).map(([name, spoil]) => [
    `broken:${name}`,
    (...request) => spoil(healthy.text(...request)),
  ]);
  return { ...healthy, ...Object.fromEntries(broken) };
}

const ANSWERS = Object.fromEntries(VERSIONS.map(version => [version, answers(version)]));

function textOf(message) {
  const { content, parts } = message;
  if (typeof content === 'string') return content;
  return Array.isArray(parts) ? parts.map(part => part?.text ?? '').join('') : '';
}

async function readMessages(request) {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Content-Type must be application/json');
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  let body;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Refusal(400, 'The body is not JSON');
  }
  const messages = body?.messages;
  const isMessage = message => ROLES.includes(message?.role) && textOf(message).trim() !== '';
  if (!Array.isArray(messages) || !messages.every(isMessage) || !messages.some(({ role }) => role === 'user')) {
    throw new Refusal(400, 'messages is not a conversation');
  }
  return messages;
}

/** What answers a request. The order of the refusals is that of the page. */
async function admitted(request) {
  const [, version, name, agent] = PATH.exec(request.url) ?? [];
  const answer = ANSWERS[version]?.[name];
  if (!answer) throw new Refusal(404, 'Not found');
  if (request.method !== 'POST') throw new Refusal(405, 'Method not allowed', { allow: 'POST' });
  const [, key] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (key !== KEYS && key !== BROKE_KEYS) throw new Refusal(401, 'Unauthorized', { 'www-authenticate': 'Bearer' });
  const messages = await readMessages(request);
  if (agent.toLowerCase() !== AGENT) throw new Refusal(404, 'Agent not found');
  if (key === BROKE_KEYS) throw new Refusal(402, 'Payment Required');
  const asked = messages.findLast(({ role }) => role === 'user');
  return answer(await modelMessages(version, messages), `You said: ${textOf(asked).slice(0, LONGEST)}`);
}

/** Sends an answer; a client that goes away ends it, and an answer that fails ends the connection. */
async function send(response, answer) {
  if (typeof answer === 'function') return answer(response);
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  return pipeline(Readable.fromWeb(answer.body), response);
}

async function handle(request, response) {
  try {
    await send(response, await admitted(request));
  } catch (error) {
    if (response.headersSent) return response.destroy();
    const { status = 500, headers = {} } = error;
    const text = error instanceof Refusal ? error.message : 'Internal server error';
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
    response.end(text);
  }
}

function listen() {
  const server = createServer(handle);
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${server.address().port}`);
  });
  // Whoever started the server holds the other end: it goes when they do.
  process.stdin.resume().on('end', () => process.exit(0));
}

/** Every choice: a version, and the name of what it does. */
function choices() {
  return VERSIONS.flatMap(version => Object.keys(ANSWERS[version]).map(name => [version, name]));
}

/** Writes the bodies of the answers that the SDK gives as such; one that fails, as far as it went. */
async function record(directory) {
  // The broken ones are the same for every version.
  const wanted = choices().filter(([version, name]) => version === 'ai7' || !name.startsWith('broken:'));
  for (const [version, name] of wanted) {
    const messages = await modelMessages(version, [{ role: 'user', content: 'Wie geht’s?' }]);
    const given = ANSWERS[version][name](messages, 'Gut. 👍 And you?');
    if (typeof given === 'function') continue;
    const pieces = [];
    const sink = new WritableStream({ write: piece => void pieces.push(piece) });
    await given.body.pipeTo(sink).catch(() => {});
    const file = `${version}-${name.replace(':', '-')}.${version === 'ai4' ? 'txt' : 'sse'}`;
    writeFileSync(join(directory, file), Buffer.concat(pieces));
  }
}

// A stream that fails is told to its client; the SDK rejects promises of the same failure that nobody waits for.
process.on('unhandledRejection', () => {});

const [mode, directory] = process.argv.slice(2);
if (mode === '--record') await record(directory);
else if (mode === '--list') console.log(choices().map(choice => choice.join('/')).join('\n'));
else listen();
