// Sends by messaging-api-messenger, some requests at a time, one message or one batch each, and prints how long it took.
const { MessengerClient, MessengerBatch } = require('messaging-api-messenger');

const { origin, token, secret, text, messages, batch, inFlight } = JSON.parse(process.argv[2]);
const client = new MessengerClient({ accessToken: token, appSecret: secret, origin, version: '25.0' });
const psid = (number) => `2400${String(number).padStart(13, '0')}`;

async function request(from, count) {
  if (batch === 1) {
    await client.sendText(psid(from), text);
  } else {
    const together = Array.from({ length: count }, (_, i) => MessengerBatch.sendText(psid(from + i), text));
    await client.sendBatch(together);
  }
}

async function send(first, end) {
  let next = first;
  const lane = async () => {
    while (next < end) {
      const from = next;
      next = Math.min(next + batch, end);
      await request(from, next - from);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

(async () => {
  // Warm first.
  const warm = messages / 5;
  await send(0, warm);
  const began = performance.now();
  await send(warm, warm + messages);
  console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
})();
