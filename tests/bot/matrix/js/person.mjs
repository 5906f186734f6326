// One person with matrix-js-sdk, as Element's clients have it, who sees nothing of devices that
// nobody has vouched for. Orders come as lines of JSON, and so does what she sees.

import { createInterface } from "node:readline";

import { createClient } from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";

logger.setLevel("silent");
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
// What the library prints must not get among the answers.
for (const name of ["log", "info", "debug", "warn", "error", "trace"]) console[name] = () => {};

const [baseUrl, userId, deviceId, accessToken] = process.argv.slice(2);
const client = createClient({ baseUrl, userId, deviceId, accessToken });

const seen = (event) => {
    if (event.getSender() === userId || event.isBeingDecrypted()) return;
    if (event.isDecryptionFailure()) {
        say({ unread: event.getId(), reason: event.decryptionFailureReason });
    } else if (event.getType() === "m.room.message") {
        say({ read: event.getId(), text: event.getContent().body });
    }
};

await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (makeRequest) => makeRequest(null),
});
client.on("Room.timeline", seen);
client.on("Event.decrypted", seen);
await client.startClient({ initialSyncLimit: 50 });
await new Promise((resolve) => client.on("sync", (state) => state === "PREPARED" && resolve()));
say({ ready: true });

for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    if (order.join) {
        await client.joinRoom(order.join);
        say({ joined: order.join });
    } else if (order.again) {
        // As a client does when it shows the room anew.
        const event = client.getRoom(order.room).findEventById(order.again);
        await event.attemptDecryption(client.getCryptoBackend?.() ?? crypto, { isRetry: true });
        say({ tried: order.again });
    } else if (order.write) {
        const answer = await client.sendTextMessage(order.room, order.write);
        say({ wrote: answer.event_id });
    }
}
client.stopClient();
process.exit(0);
