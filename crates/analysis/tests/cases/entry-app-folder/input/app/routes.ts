export default [{ file: 'pages/home.tsx', index: true }];
