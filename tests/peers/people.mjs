// Somebody who signs up through the API, as an app would.

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const SCOPES = "read write follow push profile";
export const PASSWORD = "correct horse battery";

/** A registered app with a token of its own. */
export async function makeApp(url) {
  const anybody = createRestAPIClient({ url });
  const app = await anybody.v1.apps.create({
    clientName: "masto",
    redirectUris: OUT_OF_BAND,
    scopes: SCOPES,
    website: "https://masto.example",
  });
  const ids = { clientId: app.clientId, clientSecret: app.clientSecret, redirectUri: OUT_OF_BAND };
  const oauth = createOAuthAPIClient({ url });
  const token = await oauth.token.create({ grantType: "client_credentials", scope: SCOPES, ...ids });
  return { ids, oauth, accessToken: token.accessToken };
}

/** Sign up, then sign in with the password: the token of the sign-up is not used again. */
export async function join(url, app, username) {
  const asApp = createRestAPIClient({ url, accessToken: app.accessToken });
  await asApp.v1.accounts.create({
    username,
    email: `${username}@example.com`,
    password: PASSWORD,
    agreement: true,
    locale: "ja",
  });
  const token = await app.oauth.token.create({
    grantType: "password",
    username,
    password: PASSWORD,
    scope: SCOPES,
    ...app.ids,
  });
  const { accessToken } = token;
  return { accessToken, api: createRestAPIClient({ url, accessToken }) };
}

/** The streams of somebody, at the address that the server names. */
export async function streamsOf(url, accessToken) {
  const instance = await createRestAPIClient({ url }).v2.instance.fetch();
  return createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken });
}
