export * from '../src/dom/dom';
