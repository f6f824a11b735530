import './gql';
