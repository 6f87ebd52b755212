// The version as the command line shows it, without loading the gateway. Compared with app.ts by a test.

export const VERSION = '0.1.0';
