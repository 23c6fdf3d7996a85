// Where the product is, for whoever calls it.
export const ORIGIN = "https://connectkit.test";
