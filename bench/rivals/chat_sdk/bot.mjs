// A bot with Chat SDK as its documentation shows it: Telegram by webhook, state in Redis, each message is repeated.
// Settings: PORT, REDIS_URL, the adapter's TELEGRAM_* variables; AWAIT=1 answers a webhook only after its tasks ended.
import { createServer } from "node:http";
import { createRedisState } from "@chat-adapter/state-redis";
import { createTelegramAdapter } from "@chat-adapter/telegram";
import { Chat } from "chat";

const bot = new Chat({
  userName: process.env.TELEGRAM_BOT_USERNAME,
  adapters: { telegram: createTelegramAdapter({ mode: "webhook" }) },
  state: createRedisState(),
  logger: "error",
});

const repeat = async (thread, message) => {
  await thread.post(`You said: ${message.text}`);
};
bot.onNewMention(async (thread, message) => {
  await thread.subscribe();
  await repeat(thread, message);
});
bot.onSubscribedMessage(repeat);

await bot.initialize();

createServer(async (incoming, outgoing) => {
  if (incoming.method !== "POST") {
    outgoing.writeHead(200).end("ok");
    return;
  }
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const request = new Request(`http://localhost${incoming.url}`, {
    method: "POST",
    headers: incoming.headers,
    body: Buffer.concat(parts),
  });
  const tasks = [];
  const response = await bot.webhooks.telegram(request, { waitUntil: (task) => tasks.push(task) });
  if (process.env.AWAIT) await Promise.allSettled(tasks);
  const body = await response.text();
  outgoing.writeHead(response.status, { "content-type": "text/plain", "content-length": Buffer.byteLength(body) }).end(body);
}).listen(Number(process.env.PORT), "127.0.0.1");
