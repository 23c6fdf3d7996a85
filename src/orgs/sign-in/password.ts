// How long a password is: 12 characters can't be guessed online, 128 can't be used to keep the hash busy.
export const PASSWORD = { min: 12, max: 128 } as const;
