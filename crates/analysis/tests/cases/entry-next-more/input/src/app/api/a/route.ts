export async function GET() {}
export const runtime = "edge";
