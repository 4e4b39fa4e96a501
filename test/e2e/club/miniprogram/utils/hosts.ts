/** The test's own servers stand behind these names: the simulator maps them. */
export const hosts = { api: "http://api.club.example", push: "ws://push.club.example" } as const;
