export { firstOf, type Authenticate, type Credentials, type Identity } from "./identity.js";
export { createJwtAuthenticate, type JwtAlgorithm, type JwtKeys, type JwtOptions } from "./jwt.js";
export { createOriginRule, type OriginOptions, type OriginVerdict } from "./origin.js";
export { parseReferer, type MiniProgramReferer } from "./referer.js";
export {
  createTickets,
  type Ticket,
  type TicketHolder,
  type TicketOptions,
  type Tickets,
} from "./tickets.js";
export { readToken, type TokenSourceOptions } from "./token-source.js";
export { createWxLogin, type WxLogin, type WxLoginOptions, type WxUser } from "./wx-login.js";
