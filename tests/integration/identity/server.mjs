// A real OpenID Connect server (panva/oidc-provider) for the tests: any name may sign in, and is its own subject.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const [folder, port, back] = process.argv.slice(2);
const found = createRequire(`${folder}/package.json`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(found));
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "gongkai", client_secret: "a-secret-of-the-tests-alone", redirect_uris: [back] }],
  pkce: { required: () => true },
  cookies: { keys: ["of the tests alone"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
