import { go } from 'fast';
const { Queue } = await import(process.argv[2] === '5' ? 'queue' : `queue-${process.argv[2]}`);
go(Queue);
