// Prints tokens as the front end makes them, for the secrets and the user that the command line names.
import { createRequire } from "node:module";
import { SignJWT } from "jose";

const { encode } = createRequire(import.meta.url)("next-auth/jwt");

const [secret, other, sub] = process.argv.slice(2);
const key = (text) => new TextEncoder().encode(text);
const jwt = (claims, by = secret, alg = "HS256") =>
  new SignJWT({ sub, name: "Ada", email: "ada@example.org", ...claims }).setProtectedHeader({ alg, typ: "JWT" }).sign(key(by));
const soon = Math.floor(Date.now() / 1000) + 600;
const past = soon - 1200;
const token = { sub, name: "Ada", email: "ada@example.org" };

console.log(
  JSON.stringify({
    good: {
      jwt: await jwt({ exp: soon }),
      jwtOfOther: await jwt({ exp: soon }, other),
      session: await encode({ token, secret }),
      sessionOfOther: await encode({ token, secret: other }),
      // Large enough that NextAuth would spread it over several cookies.
      large: await encode({ token: { ...token, padding: "p".repeat(6000) }, secret }),
    },
    bad: {
      expired: await jwt({ exp: past }),
      early: await jwt({ exp: soon, nbf: soon }),
      endless: await jwt({}),
      nobody: await jwt({ exp: soon, sub: undefined }),
      strong: await jwt({ exp: soon }, secret, "HS512"),
      foreign: await jwt({ exp: soon }, "x".repeat(40)),
      unsigned: `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify({ sub, exp: soon })).toString("base64url")}.`,
      sessionExpired: await encode({ token, secret, maxAge: -60 }),
      sessionSalted: await encode({ token, secret, salt: "salt" }),
      sessionForeign: await encode({ token, secret: "x".repeat(40) }),
    },
  }),
);
