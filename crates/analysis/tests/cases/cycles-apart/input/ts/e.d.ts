import './d';
