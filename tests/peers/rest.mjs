// One walk through the REST API with masto: two people, and what a client of today asks for.

import assert from "node:assert/strict";
import { createRestAPIClient } from "masto";
import { join, makeApp } from "./people.mjs";

const [url] = process.argv.slice(2);
const app = await makeApp(url);
const { api: aoi, accessToken } = await join(url, app, "aoi");
const { api: ben } = await join(url, app, "ben");
const anybody = createRestAPIClient({ url });
const ids = (things) => things.map((thing) => thing.id);

const me = await aoi.v1.accounts.verifyCredentials();
const benId = (await aoi.v1.accounts.lookup({ acct: "ben" })).id;
assert.equal(me.acct, "aoi");
assert.equal(me.source.privacy, "public");

// The server, to whoever asks.
const instance = await anybody.v2.instance.fetch();
assert.ok(instance.configuration.statuses.maxCharacters >= 500);
assert.equal((await anybody.v1.instance.fetch()).uri, instance.domain);
assert.deepEqual(await anybody.v1.customEmojis.list(), []);
assert.deepEqual(await aoi.v2.filters.list(), []);
assert.deepEqual(await aoi.v1.lists.list(), []);
assert.equal((await aoi.v1.preferences.fetch())["posting:default:visibility"], "public");

// A profile.
const renamed = await aoi.v1.accounts.updateCredentials({
  displayName: "あおい",
  note: "朝の港で",
  fieldsAttributes: [{ name: "site", value: "https://aoi.example" }],
  source: { language: "ja" },
});
assert.equal(renamed.displayName, "あおい");
assert.equal(renamed.fields[0].name, "site");

// A post, once, however often it is sent.
const once = { requestInit: { headers: { "Idempotency-Key": "morning" } } };
const post = await aoi.v1.statuses.create({ status: "おはよう #朝 @ben", language: "ja" }, once);
const again = await aoi.v1.statuses.create({ status: "おはよう #朝 @ben", language: "ja" }, once);
assert.equal(again.id, post.id);
assert.deepEqual(post.tags.map((tag) => tag.name), ["朝"]);
assert.deepEqual(ids(post.mentions), [benId]);
const warned = await aoi.v1.statuses.create({
  status: "結末",
  spoilerText: "映画の話",
  sensitive: true,
  visibility: "unlisted",
});
assert.equal(warned.spoilerText, "映画の話");

// Edited, with its history.
const edited = await aoi.v1.statuses.$select(post.id).update({ status: "おはようございます #朝 @ben" });
assert.ok(edited.editedAt);
assert.equal((await aoi.v1.statuses.$select(post.id).source.fetch()).text, "おはようございます #朝 @ben");
const history = await aoi.v1.statuses.$select(post.id).history.list();
assert.equal(history.length, 2);
assert.match(history[0].content, /おはよう /);

// Pictures.
const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const file = new Blob([Buffer.from(png, "base64")], { type: "image/png" });
const media = await aoi.v2.media.create({ file, description: "A dot", focus: "0,0" });
assert.ok(media.url);
assert.equal(media.description, "A dot");
assert.equal((await aoi.v1.media.$select(media.id).update({ description: "One dot" })).description, "One dot");
const seen = await aoi.v1.statuses.create({ status: "", mediaIds: [media.id] });
assert.equal(seen.mediaAttachments[0].description, "One dot");
const picture = await fetch(seen.mediaAttachments[0].url);
assert.match(picture.headers.get("content-type"), /^image\//);
const plainer = await aoi.v1.statuses.$select(seen.id).update({ status: "No dot", mediaIds: [] });
assert.deepEqual(plainer.mediaAttachments, []);

// What others do with it.
const there = ben.v1.statuses.$select(post.id);
assert.equal((await there.favourite()).favourited, true);
assert.equal((await there.bookmark()).bookmarked, true);
assert.equal((await there.reblog()).reblog.id, post.id);
assert.deepEqual(ids(await ben.v1.favourites.list()), [post.id]);
assert.deepEqual(ids(await ben.v1.bookmarks.list()), [post.id]);
assert.deepEqual(ids(await there.favouritedBy.list()), [benId]);
assert.deepEqual(ids(await there.rebloggedBy.list()), [benId]);
assert.equal((await there.unfavourite()).favourited, false);
assert.equal((await there.unbookmark()).bookmarked, false);
assert.equal((await there.unreblog()).reblogged, false);
assert.equal((await there.mute()).muted, true);
assert.equal((await there.unmute()).muted, false);
const reply = await ben.v1.statuses.create({ status: "@aoi おはよう", inReplyToId: post.id });
const context = await anybody.v1.statuses.$select(post.id).context.fetch();
assert.deepEqual(ids(context.descendants), [reply.id]);
const pinned = await aoi.v1.statuses.$select(post.id).pin();
assert.equal(pinned.pinned, true);
assert.deepEqual(ids(await anybody.v1.accounts.$select(me.id).statuses.list({ pinned: true })), [post.id]);
assert.equal((await aoi.v1.statuses.$select(post.id).unpin()).pinned, false);
assert.equal((await anybody.v1.statuses.fetch({ id: [post.id, reply.id] })).length, 2);

// Relations.
const aboutBen = aoi.v1.accounts.$select(benId);
assert.equal((await aboutBen.follow({ reblogs: false, notify: true })).following, true);
assert.deepEqual(ids(await anybody.v1.accounts.$select(benId).followers.list()), [me.id]);
assert.deepEqual(ids(await anybody.v1.accounts.$select(me.id).following.list()), [benId]);
assert.equal((await aboutBen.note.create({ comment: "川の近く" })).note, "川の近く");
assert.equal((await aboutBen.mute({ notifications: true, duration: 3600 })).muting, true);
assert.deepEqual(ids(await aoi.v1.mutes.list()), [benId]);
assert.equal((await aboutBen.unmute()).muting, false);
assert.equal((await aboutBen.block()).blocking, true);
assert.deepEqual(ids(await aoi.v1.blocks.list()), [benId]);
assert.equal((await aboutBen.unblock()).blocking, false);
await ben.v1.accounts.$select(me.id).follow();
await aboutBen.removeFromFollowers();
const [relation] = await aoi.v1.accounts.relationships.fetch({ id: [benId] });
assert.deepEqual([relation.following, relation.followedBy, relation.blocking], [false, false, false]);
await aboutBen.follow();

// Hashtags.
assert.equal((await ben.v1.tags.$select("朝").follow()).following, true);
assert.deepEqual((await ben.v1.followedTags.list()).map((tag) => tag.name), ["朝"]);
assert.deepEqual(ids(await anybody.v1.timelines.tag.$select("朝").list()), [post.id]);
assert.deepEqual(ids(await ben.v1.timelines.home.list()), [reply.id, post.id]);
assert.equal((await ben.v1.tags.$select("朝").unfollow()).following, false);

// Pages, forwards and backwards.
for (let number = 0; number < 7; number += 1) await ben.v1.statuses.create({ status: `number ${number}` });
const pages = [];
for await (const page of aoi.v1.timelines.home.list({ limit: 3 }).values()) pages.push(page);
const all = pages.flat().map((status) => status.id);
assert.equal(new Set(all).size, all.length);
assert.deepEqual(all, ids(await aoi.v1.timelines.home.list({ limit: 40 })));
assert.ok(pages.length >= 3);
const older = await aoi.v1.timelines.home.list({ limit: 3, minId: all.at(-1) });
assert.deepEqual(ids(older), all.slice(-4, -1));
const newer = aoi.v1.timelines.home.list({ limit: 3, minId: all.at(-1) }).setDirection("prev").values();
assert.deepEqual(ids((await newer.next()).value), all.slice(-4, -1));
assert.deepEqual(ids((await newer.next()).value), all.slice(-7, -4));
assert.equal((await anybody.v1.timelines.public.list({ local: true, limit: 2 })).length, 2);
assert.equal((await anybody.v1.accounts.$select(benId).statuses.list({ excludeReplies: true })).length, 7);

// Search, and how far somebody has read.
const found = await aoi.v2.search.list({ q: "ben" });
assert.deepEqual(ids(found.accounts), [benId]);
assert.deepEqual(ids(await aoi.v1.accounts.search.list({ q: "be" })), [benId]);
const mark = await aoi.v1.markers.create({ home: { lastReadId: all[0] } });
assert.equal(mark.home.lastReadId, all[0]);
assert.equal((await aoi.v1.markers.fetch({ timeline: ["home"] })).home.version, mark.home.version);

// What is not there, and what is not allowed, is said so that the client understands.
await assert.rejects(anybody.v1.statuses.$select("1").fetch(), { name: "MastoHttpError", statusCode: 404 });
await assert.rejects(async () => anybody.v1.timelines.home.list(), { statusCode: 401 });
await assert.rejects(aoi.v1.statuses.create({ status: "" }), { statusCode: 422 });

// The end.
const last = await aoi.v1.statuses.$select(post.id).remove();
assert.equal(last.text, "おはようございます #朝 @ben");
await assert.rejects(anybody.v1.statuses.$select(post.id).fetch(), { statusCode: 404 });
await app.oauth.revoke({ ...app.ids, token: accessToken });
await assert.rejects(async () => aoi.v1.timelines.home.list(), { statusCode: 401 });
console.log("all of it");
