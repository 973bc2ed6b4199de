// oidc-provider at https://localhost:PORT/TENANT/v2.0, as msal asks for a tenant's OpenID configuration.
//
// Arguments: certificate, key, journal and a JSON file {tenant, clients, scopes}. It prints where it is, writes a line
// of JSON into the journal for every token request, and ends with its stdin.
import fs from 'node:fs';
import https from 'node:https';
import { Provider } from 'oidc-provider';

const [certificate, key, journal, settingsFile] = process.argv.slice(2);
const { tenant, clients, scopes } = JSON.parse(fs.readFileSync(settingsFile));
const base = `/${tenant}/v2.0`;

function note(entry) {
  fs.appendFileSync(journal, `${JSON.stringify(entry)}\n`);
}

function provider(issuer) {
  const made = new Provider(issuer, {
    clients,
    scopes: ['openid', 'offline_access', 'profile', ...scopes],
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    conformIdTokenClaims: false, // Entra's ID tokens hold the user's name, too
    findAccount: async (_, id) => ({
      accountId: id,
      claims: async () => (id === 'nameless' ? { sub: id } : { sub: id, preferred_username: `${id}@openid.example` }),
    }),
    pkce: { required: () => true },
    responseTypes: ['code'],
    rotateRefreshToken: true, // and who uses a replaced one again loses all of them
    clientAuthMethods: ['none', 'client_secret_post', 'private_key_jwt'],
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    routes: {
      authorization: '/oauth2/v2.0/authorize',
      device_authorization: '/oauth2/v2.0/devicecode',
      token: '/oauth2/v2.0/token',
    },
  });
  made.on('grant.success', (ctx) => note({ grant: ctx.oidc.params.grant_type, client: ctx.oidc.client.clientId }));
  made.on('grant.error', (ctx, error) => note({ grant: ctx.oidc.params?.grant_type, error: error.error_detail ?? error.message }));
  made.on('authorization.error', (_, error) => note({ error: error.error_description ?? error.message }));
  made.on('server_error', (_, error) => note({ defect: error.stack }));
  return made.callback();
}

const server = https.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const authority = `https://localhost:${server.address().port}`;
  const answer = provider(`${authority}${base}`);
  server.on('request', (request, response) => {
    request.originalUrl = request.url; // what oidc-provider takes the place it is mounted at from
    request.url = request.url.startsWith(base) ? request.url.slice(base.length) || '/' : request.url;
    answer(request, response);
  });
  console.log(authority);
});
process.stdin.resume().on('end', () => process.exit());
