declare module 'virtual:languages' {
  const loaders: Record<string, Record<'first' | 'later', () => Promise<{ default: string }>>>;
  export default loaders;
}
declare module 'virtual:texts/*' {
  const text: string;
  export default text;
}
