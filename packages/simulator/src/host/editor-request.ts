/** Where the inspector asks the host to show a file in an editor, with POST, and the header that has the token of this start. */
export const EDITOR_PATH = "/editor";
export const TOKEN_HEADER = "x-weapp-socket-token";
