import type { Hello, SessionInput } from "@weapp-socket/protocol";
import type { Cluster, Connection } from "./cluster.js";

/** Resumes the session of the hello, or begins one. `fenced`: the connection that had it before. */
export function openSession(
  { sessions, random, tally }: Cluster,
  connection: Connection,
  { session, secret, attempt = 0 }: Hello,
): { readonly input: SessionInput; readonly fenced?: Connection } {
  const { user, device } = connection.machine;
  const known = session === undefined ? undefined : sessions.get(session);
  const newSecret = `x${random.uint32()}`;
  if (
    known === undefined ||
    known.user !== user ||
    known.device !== device ||
    (secret !== known.secret && secret !== known.previousSecret)
  ) {
    const name = `s${random.uint32()}`;
    sessions.set(name, {
      user,
      device,
      secret: newSecret,
      previousSecret: undefined,
      attempt,
      holder: connection,
    });
    connection.session = name;
    return { input: { type: "opened", session: name, secret: newSecret, resumed: false } };
  }
  if (attempt !== 0 && attempt <= known.attempt) {
    const message = "a later hello of this session was served";
    return { input: { type: "rejected", bye: "superseded", message } };
  }
  known.attempt = attempt;
  const older = known.holder;
  known.previousSecret = secret;
  known.secret = newSecret;
  known.holder = connection;
  connection.session = session;
  const input = { type: "opened", session: session!, secret: newSecret, resumed: true } as const;
  if (older === undefined || older === connection) return { input };
  if (!older.isGone) tally.count("older socket fenced");
  return { input, fenced: older };
}
