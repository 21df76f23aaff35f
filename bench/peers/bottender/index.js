// Takes every event, answers nobody and keeps nothing.
module.exports = async function App() {};
