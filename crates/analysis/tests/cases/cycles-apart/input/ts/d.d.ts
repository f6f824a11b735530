import './e';
