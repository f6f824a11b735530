import './src/styles/global';
