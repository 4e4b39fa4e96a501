const { connect } = require("@weapp-socket/client");

let client;

/** One connection for the life of the app, whichever page asks for it first. */
module.exports = function session() {
  client = client || connect({ url: "ws://127.0.0.1:3000", wx });
  return client;
};
