export default { 'GET /api/user': {} };
