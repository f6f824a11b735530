// Virtual module for variables of the environment.
export const env = process.env;
