// masto's streams: a post, its edit, its end and a notification arrive by WebSocket, on several streams at once.

import assert from "node:assert/strict";
import { join, makeApp, streamsOf } from "./people.mjs";

const [url] = process.argv.slice(2);
const app = await makeApp(url);
const { api: aoi, accessToken } = await join(url, app, "aoi");
const { api: ben } = await join(url, app, "ben");
await aoi.v1.accounts.$select((await ben.v1.accounts.verifyCredentials()).id).follow();
const own = await aoi.v1.statuses.create({ status: "mine" });

const streams = await streamsOf(url, accessToken);
const heard = { user: [], tag: [], notices: [] };
const waiting = new Set();

async function listen(subscription, into) {
  for await (const event of subscription) {
    into.push(event);
    for (const look of waiting) look();
  }
}

/** Wait until an event of this kind is there. */
function until(events, wanted, what) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came: ${what}`)), 20_000);
    const look = () => {
      const found = events.find(wanted);
      if (!found) return;
      clearTimeout(late);
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    look();
  });
}

const subscriptions = [
  streams.user.subscribe(),
  streams.hashtag.subscribe({ tag: "Asa" }),
  streams.user.notification.subscribe(),
];
subscriptions.forEach((each, place) => listen(each, Object.values(heard)[place]));

// The client says nothing of when it is subscribed, so a first post is sent until one is heard everywhere.
await streams.prepare();
let ready = false;
const first = [until(heard.user, () => true, "first"), until(heard.tag, () => true, "first of the tag")];
const both = Promise.all(first).then(() => { ready = true; });
while (!ready) {
  await ben.v1.statuses.create({ status: "is anybody there? #asa" });
  await Promise.race([both, new Promise((resolve) => setTimeout(resolve, 250))]);
}

const post = await ben.v1.statuses.create({ status: "おはよう #asa" });
for (const events of [heard.user, heard.tag]) {
  const update = await until(events, ({ event, payload }) => event === "update" && payload.id === post.id, "a post");
  assert.equal(update.payload.content, post.content);
  assert.equal(update.payload.account.acct, "ben");
}
await ben.v1.statuses.$select(post.id).update({ status: "おはようございます #asa" });
for (const events of [heard.user, heard.tag]) {
  const { payload } = await until(events, ({ event }) => event === "status.update", "an edit");
  assert.equal(payload.id, post.id);
  assert.match(payload.content, /おはようございます/);
  assert.ok(payload.editedAt);
}
await ben.v1.statuses.$select(post.id).remove();
for (const events of [heard.user, heard.tag]) {
  assert.equal((await until(events, ({ event }) => event === "delete", "a delete")).payload, post.id);
}

await ben.v1.statuses.$select(own.id).favourite();
for (const events of [heard.user, heard.notices]) {
  const { payload } = await until(events, ({ event }) => event === "notification", "a notification");
  assert.equal(payload.type, "favourite");
  assert.equal(payload.status.id, own.id);
  assert.equal(payload.account.acct, "ben");
}

// A stream that was left is silent, the others go on.
subscriptions[1].unsubscribe();
const last = await ben.v1.statuses.create({ status: "one more #asa" });
await until(heard.user, ({ payload }) => payload.id === last.id, "the last post");
assert.ok(heard.tag.every(({ payload }) => payload.id !== last.id));
streams.close();
console.log("all of it");
