export default function fetcher(address: string): Promise<Response>;
