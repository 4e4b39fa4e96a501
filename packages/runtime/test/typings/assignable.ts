/** Compiled, never run: our `wx` goes where miniprogram-api-typings want theirs, and theirs where we want ours. */
import type * as ours from "@weapp-socket/runtime/core";

type Theirs = WechatMiniprogram.Wx;
type Ours = ours.Wx;
type SocketNames =
  | "connectSocket"
  | "sendSocketMessage"
  | "closeSocket"
  | "onSocketOpen"
  | "onSocketMessage"
  | "onSocketError"
  | "onSocketClose"
  | "onAppShow"
  | "offAppShow"
  | "onAppHide"
  | "offAppHide"
  | "onNetworkStatusChange"
  | "offNetworkStatusChange"
  | "getNetworkType"
  | "canIUse";

declare const ourWx: Ours;
declare const theirWx: Theirs;

export const asTheirs: Pick<Theirs, SocketNames> = ourWx;
export const asOurs: Ours = theirWx;

declare const ourTask: ours.SocketTask;
declare const theirTask: WechatMiniprogram.SocketTask;
export const taskAsTheirs: WechatMiniprogram.SocketTask = ourTask;
export const taskAsOurs: ours.SocketTask = theirTask;

declare const ourOption: ours.ConnectSocketOption;
declare const theirOption: WechatMiniprogram.ConnectSocketOption;
export const optionAsTheirs: WechatMiniprogram.ConnectSocketOption = ourOption;
export const optionAsOurs: ours.ConnectSocketOption = theirOption;

/** Nothing of ours is missing in the list above. */
type Missing = Exclude<keyof Ours, SocketNames>;
export const nothingMissing: [Missing] extends [never] ? true : Missing = true;
