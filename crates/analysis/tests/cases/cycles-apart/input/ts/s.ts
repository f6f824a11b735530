import './s';
export {};
