/** What the client uses of `wx`, and of everything that has its shape. */
export interface MiniProgram {
  connectSocket(options: {
    url: string;
    protocols?: string[];
    tcpNoDelay: boolean;
    fail: (result: { errMsg: string }) => void;
  }): MiniProgramSocket | undefined;
  getStorageSync?(key: string): unknown;
  setStorage?(options: { key: string; data: unknown; fail?: () => void }): unknown;
  onAppShow?(listener: () => void): void;
  onAppHide?(listener: () => void): void;
  offAppShow?(listener: () => void): void;
  offAppHide?(listener: () => void): void;
  onNetworkStatusChange?(listener: (network: { isConnected: boolean }) => void): void;
  offNetworkStatusChange?(listener: () => void): void;
  getNetworkType?(options: {
    success: (network: { networkType: string }) => void;
    fail?: () => void;
  }): unknown;
}

/** What the client uses of a `SocketTask`. */
export interface MiniProgramSocket {
  send(options: { data: string; fail?: () => void }): void;
  close(options: { code?: number; reason?: string; fail?: () => void }): void;
  onOpen(listener: () => void): void;
  onMessage(listener: (message: { data: string | ArrayBuffer }) => void): void;
  onClose(listener: (closed: { code: number }) => void): void;
  onError(listener: (error: { errMsg: string }) => void): void;
}
