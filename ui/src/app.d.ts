declare module 'virtual:languages' {
  const loaders: Record<string, () => Promise<{ default: string }>>;
  export default loaders;
}
declare module 'virtual:texts/*' {
  const text: string;
  export default text;
}
