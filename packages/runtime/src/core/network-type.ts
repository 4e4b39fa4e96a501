export type NetworkType = "wifi" | "2g" | "3g" | "4g" | "5g" | "unknown" | "none";

export const networkTypes: readonly NetworkType[] = ["wifi", "2g", "3g", "4g", "5g", "unknown", "none"];
