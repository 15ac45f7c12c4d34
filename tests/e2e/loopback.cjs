// Preloaded into a Node program that listens on all addresses, so that it listens on loopback only.
const net = require("node:net");

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function onLoopback(first, ...rest) {
  if (typeof first === "object" && first !== null && ("port" in first)) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  if (typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first))) {
    const [host, ...others] = rest;
    return listen.call(this, first, "127.0.0.1", ...(typeof host === "string" ? others : rest));
  }
  return listen.call(this, first, ...rest);
};
