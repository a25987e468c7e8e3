/** Which driver a service is to use, and those that there are, by name. `V`: what each is given first; `D`: what each makes. */
export interface DriversByName<V, D> {
  readonly computeDriver: string | null;
  readonly drivers: Readonly<Record<string, new (virtapi: V) => D>>;
}
