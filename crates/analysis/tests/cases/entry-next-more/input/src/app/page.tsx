export const metadata = {};
export const revalidate = 1;
export async function generateStaticParams() {}
export default function P() {}
