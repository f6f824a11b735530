export function read(text: string): string;
export function getDefaultStyle(): null;
